/* SPDX-License-Identifier: MIT
 *
 * The heap's range of addresses and the evaluator's stack. Both are reserved big and become memory
 * page by page as they are touched. */
#include "eval/heap.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif

#ifdef HAVE_ASAN
#include <sanitizer/common_interface_defs.h>
#endif

enum {
	/* What stays free below the limit: one function's nested syntax, and library calls. */
	STACK_RESERVE = 192 << 20,
	BIG_PAGES_FROM = 8 << 20,
};
static const size_t stack_size = (size_t)1 << 30;
static const size_t heap_sizes[] = {(size_t)1 << 40, (size_t)1 << 38, (size_t)1 << 36,
				    (size_t)1 << 34, (size_t)1 << 32, (size_t)1 << 30};

static void *reserve(size_t n, int flags)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

void heap_init(struct eval *E)
{
	struct heap *h = &E->heap;

	/* An address space limit may forbid the bigger ones. */
	for (size_t i = 0; i < ARRAY_LEN(heap_sizes) && !h->base; i++) {
		h->base = reserve(heap_sizes[i], 0);
		h->reserved = heap_sizes[i];
	}
	BUG_ON(!h->base);
	/* Big pages where a program turns out to be big; a refusal changes nothing but speed. */
	madvise(h->base + BIG_PAGES_FROM, h->reserved - BIG_PAGES_FROM, MADV_HUGEPAGE);
	h->top = h->base;
	h->end = h->base + h->reserved;
	h->escaped = (const void *)UINTPTR_MAX;
}

void heap_release(struct eval *E)
{
	if (E->heap.base)
		munmap(E->heap.base, E->heap.reserved);
}

void *heap_overflow(struct eval *E, size_t n)
{
	BUG("evaluation needs more than %zu MiB", E->heap.reserved >> 20);
}

/* ---- stack ---- */

struct stack {
	char *base;
	ucontext_t outside, inside;
	errint (*fn)(struct eval *E, void *ctx);
	void *ctx;
	errint result;
	struct eval *E;
#ifdef HAVE_ASAN
	const void *outside_base;
	size_t outside_size;
#endif
};

static void trampoline(unsigned hi, unsigned lo)
{
	struct stack *s = (struct stack *)((uintptr_t)hi << 32 | lo);

#ifdef HAVE_ASAN
	__sanitizer_finish_switch_fiber(NULL, &s->outside_base, &s->outside_size);
#endif
	s->result = s->fn(s->E, s->ctx);
#ifdef HAVE_ASAN
	__sanitizer_start_switch_fiber(NULL, s->outside_base, s->outside_size);
#endif
}

static struct stack *stack_of(struct eval *E)
{
	struct stack *s = E->stack;

	if (s)
		return s;
	s = E->stack = xcalloc(1, sizeof(*s));
	s->E = E;
	s->base = reserve(stack_size, MAP_STACK);
	BUG_ON(!s->base);
	/* What runs over the end shall not run into something else. */
	mprotect(s->base, 1 << 16, PROT_NONE);
	return s;
}

errint on_stack(struct eval *E, errint (*fn)(struct eval *E, void *ctx), void *ctx)
{
	struct stack *s = stack_of(E);
	uintptr_t p = (uintptr_t)s;

	if (E->stack_limit)
		return fn(E, ctx);
	s->fn = fn;
	s->ctx = ctx;
	getcontext(&s->inside);
	s->inside.uc_stack.ss_sp = s->base;
	s->inside.uc_stack.ss_size = stack_size;
	s->inside.uc_link = &s->outside;
	makecontext(&s->inside, (void (*)(void))trampoline, 2, (unsigned)(p >> 32), (unsigned)p);
	E->stack_limit = s->base + STACK_RESERVE;
#ifdef HAVE_ASAN
	void *fake = NULL;

	__sanitizer_start_switch_fiber(&fake, s->base, stack_size);
#endif
	swapcontext(&s->outside, &s->inside);
#ifdef HAVE_ASAN
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
#endif
	E->stack_limit = NULL;
	return s->result;
}

void stack_release(struct eval *E)
{
	if (!E->stack)
		return;
	munmap(E->stack->base, stack_size);
	free(E->stack);
}
