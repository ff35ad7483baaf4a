/* SPDX-License-Identifier: MIT
 *
 * The evaluator with everything below it, without a store. A value that prints as a literal is one:
 * it evaluates to the same text again. What takes long is interrupted. */
#include "fuzz.h"

#include <signal.h>
#include <time.h>
#include "base/buf.h"
#include "eval/eval.h"

static volatile int interrupted;

static void on_timer(int sig)
{
	interrupted = 1;
}

/* Counts the processor's time, and by a signal of its own: SIGALRM is how libFuzzer finds what
 * does not answer an interrupt. */
static void watch(long nanoseconds)
{
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN};
	struct itimerspec t = {.it_value = {.tv_nsec = nanoseconds}};
	static timer_t timer;
	static bool made;

	if (!made) {
		signal(SIGRTMIN, on_timer);
		FUZZ_CHECK(timer_create(CLOCK_PROCESS_CPUTIME_ID, &event, &timer) == 0);
		made = true;
	}
	interrupted = 0;
	FUZZ_CHECK(timer_settime(timer, 0, &t, NULL) == 0);
}

static errint eval_print_text(struct str text, struct buf *b)
{
	/* Nothing of this machine is read. */
	struct eval_options o = {.pure = true,
				 .pipe_operators = true,
				 .max_depth = 500,
				 .system = "x86_64-linux",
				 .interrupt = &interrupted};
	struct eval *E CLEANUP(eval_cleanup) = eval_new(&o);
	struct value *v;
	ERR(err);

	if (eval_string(E, text, "/", "«string»", &v, &err) < 0)
		return err.code;
	return eval_print(E, v, EVAL_NIX, EVAL_STRICT, b, &err);
}

/* Sizes stay small: only long numbers make big lists out of short programs. */
static bool is_modest(struct str s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		digits = s.p[i] >= '0' && s.p[i] <= '9' ? digits + 1 : 0;
		if (digits > 4)
			return false;
	}
	return true;
}

static bool is_literal(struct str s)
{
	return str_find(s, S("<")) < 0 && str_find(s, S("«")) < 0 && str_find(s, S("/")) < 0 &&
	       str_find(s, S(".")) < 0 && str_find(s, S("e")) < 0 && str_find(s, S("-")) < 0 &&
	       str_find(s, S("n")) < 0 && str_find(s, S("$")) < 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	BUF(once, LIMIT_NIX_STRING);
	BUF(twice, LIMIT_NIX_STRING);
	errint r;

	if (!is_modest(fuzz_str(p, n)))
		return 0;
	watch(500000000);
	r = eval_print_text(fuzz_str(p, n), &once);
	watch(0);
	if (r < 0 || !is_literal(buf_str(&once)))
		return 0;
	FUZZ_CHECK(eval_print_text(buf_str(&once), &twice) == 0);
	FUZZ_CHECK(str_eq(buf_str(&once), buf_str(&twice)));
	return 0;
}
