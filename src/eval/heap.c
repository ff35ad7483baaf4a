/* SPDX-License-Identifier: MIT
 *
 * The heap's range of addresses and the evaluator's stack. Both are reserved big and become memory
 * page by page as they are touched. */
#include "eval/heap.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <ucontext.h>
#include "base/memory.h"

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
	BIG_PAGES_FROM = 8 << 20,
	/* The heap may grow by this much before memory_left() is asked again. */
	HEAP_STEP = 256 << 20,
	/* What is left to the machine, and to a failure on its way out. */
	HEAP_MARGIN = 256 << 20,
	HEAP_GRACE = 64 << 20,
	/* Bytes of stack that a level of nested syntax may take, in the parser and later. */
	NESTING_STACK = 800,
	NESTING_MOST = 240000,
};
#ifdef HAVE_ASAN
static const size_t stack_most = (size_t)8 << 30;
#else
static const size_t stack_most = (size_t)1 << 30;
#endif
static const size_t stack_least = (size_t)16 << 20;
static const size_t heap_sizes[] = {(size_t)1 << 40, (size_t)1 << 38, (size_t)1 << 36,
				    (size_t)1 << 34, (size_t)1 << 32, (size_t)1 << 30,
				    (size_t)1 << 28, (size_t)1 << 26};

static void *reserve(size_t n, int flags)
{
	void *p = mmap(NULL, n, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);

	return p == MAP_FAILED ? NULL : p;
}

/* What lies behind it is for a failure on its way out. */
static size_t usable(const struct heap *h)
{
	return h->reserved - MIN(h->reserved / 8, (size_t)HEAP_GRACE);
}

void heap_init(struct eval *E)
{
	struct heap *h = &E->heap;
	size_t most = memory_address_limit() / 2;

	for (size_t i = 0; i < ARRAY_LEN(heap_sizes) && !h->base; i++) {
		if (heap_sizes[i] > most)
			continue;
		h->base = reserve(heap_sizes[i], 0);
		h->reserved = heap_sizes[i];
	}
	if (!h->base)
		memory_exhausted(heap_sizes[ARRAY_LEN(heap_sizes) - 1]);
	/* Big pages where a program turns out to be big; a refusal changes nothing but speed. */
	madvise(h->base + BIG_PAGES_FROM, h->reserved - BIG_PAGES_FROM, MADV_HUGEPAGE);
	h->top = h->base;
	h->end = h->base + MIN(usable(h), (size_t)HEAP_STEP);
	h->escaped = (const void *)UINTPTR_MAX;
}

void heap_release(struct eval *E)
{
	if (E->heap.base)
		munmap(E->heap.base, E->heap.reserved);
}

/* Moves the end so that n bytes fit, if there is memory for them. */
static bool grow(struct heap *h, size_t n)
{
	size_t room = (size_t)(h->end - h->top), more, left;

	if (h->exhausted || n > usable(h) - (size_t)(h->top - h->base))
		return false;
	more = MIN(MAX(n - MIN(n, room), (size_t)HEAP_STEP),
		   usable(h) - (size_t)(h->end - h->base));
	left = memory_left();
	if (left < HEAP_MARGIN || left - HEAP_MARGIN < more)
		return false;
	h->end += more;
	return true;
}

errint heap_check_slow(struct eval *E, size_t n)
{
	return grow(&E->heap, n) ? 0 : eval_out_of_memory(E);
}

errint list_check(struct eval *E, uint64_t n)
{
	if (n > UINT32_MAX)
		return eval_out_of_memory(E);
	return heap_check(E, n * sizeof(struct value *));
}

errint eval_copy(struct eval *E, void *to, const void *from, size_t n)
{
	enum { PIECE = 4 << 20 };

	for (size_t at = 0; at < n; at += PIECE) {
		if (eval_check_interrupt(E) < 0)
			return eval_failed(E);
		memcpy((char *)to + at, (const char *)from + at, MIN(n - at, (size_t)PIECE));
	}
	return 0;
}

/* Nobody asks whether an allocation succeeded: what little more is needed until the evaluation next
 * looks for an interrupt comes from the margin, and there it ends. */
void *heap_overflow(struct eval *E, size_t n)
{
	struct heap *h = &E->heap;
	char *p = h->top;

	if (!grow(h, n)) {
		if (!h->exhausted)
			h->grace = HEAP_GRACE;
		h->exhausted = 1;
		E->interrupt = &h->exhausted;
		if (n > h->grace || n > h->reserved - (size_t)(p - h->base))
			memory_exhausted(n);
		h->grace -= n;
		h->end = MAX(h->end, p + n);
	}
	h->top = p + n;
	return p;
}

/* ---- stack ---- */

struct stack {
	char *base;
	size_t size;
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

/* What stays free below the limit: one function's nested syntax, and library calls. */
static size_t stack_reserve(const struct stack *s)
{
	return s->size / 16 * 3;
}

/* Not inlined: a variable that lives across getcontext() shall have one value. */
static __attribute__((noinline)) struct stack *stack_of(struct eval *E)
{
	struct stack *s = E->stack;

	if (s)
		return s;
	s = E->stack = xcalloc(1, sizeof(*s));
	s->E = E;
	s->size = stack_most;
	while (s->size > memory_address_limit() / 4 && s->size > stack_least)
		s->size /= 2;
	s->base = reserve(s->size, MAP_STACK);
	if (!s->base)
		memory_exhausted(s->size);
	/* What runs over the end shall not run into something else. */
	mprotect(s->base, 1 << 16, PROT_NONE);
	E->max_nesting = (unsigned)MIN(stack_reserve(s) / NESTING_STACK, (size_t)NESTING_MOST);
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
	s->inside.uc_stack.ss_size = s->size;
	s->inside.uc_link = &s->outside;
	makecontext(&s->inside, (void (*)(void))trampoline, 2, (unsigned)(p >> 32), (unsigned)p);
	E->stack_limit = s->base + stack_reserve(s);
#ifdef HAVE_ASAN
	void *fake = NULL;

	__sanitizer_start_switch_fiber(&fake, s->base, s->size);
#endif
	swapcontext(&s->outside, &s->inside);
#ifdef HAVE_ASAN
	__sanitizer_finish_switch_fiber(fake, NULL, NULL);
#endif
	E->stack_limit = NULL;
	return E->stack->result;
}

void stack_release(struct eval *E)
{
	if (!E->stack)
		return;
	munmap(E->stack->base, E->stack->size);
	free(E->stack);
}
