/* SPDX-License-Identifier: MIT
 *
 * Runs a program over a text: depth first, in the order in which std::regex would, with a stack of
 * its own. A frame stands for a decision whose outcome is awaited. When the search grows longer
 * than its memory is worth, it begins to note at which (instruction, position) pairs it has been,
 * and with what result; from then on no pair is explored twice. */
#include "base/regex_int.h"

#include <stdlib.h>

enum {
	FRAMES_MAX = 16 << 20,     /* 512 MB */
	FRAMES_KEPT = 1 << 16,     /* between calls */
	MEMO_WORDS_MAX = 32 << 20, /* 256 MB */
	COUNTED_STEPS = 64 << 20,  /* rounds without progress defeat the notes */
	SCANNED_A_STEP = 16,       /* bytes that one set took, for the notes to begin */
};

enum frame_kind {
	FRAME_BEGIN, /* a: the group's former beginning */
	FRAME_END,   /* a, b: the group's former end and whether it had matched */
	FRAME_LOOP,  /* body tried; a, b: the former count of rounds */
	FRAME_ALT,   /* first alternative tried */
	FRAME_ALT2,  /* second alternative tried; a: the first one's result */
	FRAME_RUN,   /* a: fewest bytes' end, b: end of the run that was tried */
	FRAME_NOTE,  /* the result is to be noted */
};

struct regex_run {
	struct regex *re;
	struct str s;
	size_t start;    /* where this attempt began */
	size_t bol;      /* where ^ matches, or SIZE_MAX */
	size_t base;     /* position of the notes' first column */
	bool whole;      /* must end at the end */
	bool not_empty;  /* must not be empty */
	bool first_wins; /* no later match can be longer */
	bool found;
	bool too_hard;
	size_t found_end;
	size_t steps, scanned, notes_at;
	bool notes;
};

static bool push(struct regex_run *r, struct regex_frame f)
{
	struct regex *re = r->re;

	if (UNLIKELY(re->n_frames >= FRAMES_MAX)) {
		r->too_hard = true;
		return false;
	}
	ARRAY_GROW(re->frames, re->n_frames, re->cap_frames);
	re->frames[re->n_frames++] = f;
	return true;
}

/* Two bits a pair: been there, and with success. */
static size_t note_bit(const struct regex_run *r, uint32_t memo, size_t pos)
{
	return 2 * (memo * (r->s.n + 1 - r->base) + (pos - r->base));
}

static unsigned note_get(const struct regex_run *r, uint32_t memo, size_t pos)
{
	size_t bit = note_bit(r, memo, pos);

	return r->re->memo[bit >> 6] >> (bit & 63) & 3;
}

static void note_set(struct regex_run *r, uint32_t memo, size_t pos, bool result)
{
	size_t bit = note_bit(r, memo, pos);

	r->re->memo[bit >> 6] |= (uint64_t)(result ? 3 : 1) << (bit & 63);
}

static size_t notes_words(const struct regex_run *r)
{
	return r->re->n_memo * (r->s.n + 1 - r->base) / 32 + 1;
}

/* Clearing the notes costs no more than the search has cost so far. */
static void notes_begin(struct regex_run *r)
{
	struct regex *re = r->re;
	size_t words = notes_words(r);

	r->notes_at = SIZE_MAX;
	if (re->counted) {
		r->too_hard = true;
		return;
	}
	if (words > MEMO_WORDS_MAX)
		return;
	if (re->memo_cap < words) {
		re->memo = xreallocarray(re->memo, words, sizeof(*re->memo));
		re->memo_cap = words;
	}
	memset(re->memo, 0, words * sizeof(*re->memo));
	r->notes = true;
}

static void accept(struct regex_run *r, size_t pos, bool *result)
{
	struct regex *re = r->re;

	*result = (!r->whole || pos == r->s.n) && !(r->not_empty && pos == r->start);
	if (!*result || (r->found && pos <= r->found_end))
		return;
	r->found = true;
	r->found_end = pos;
	memcpy(re->best, re->cur, re->n_groups * sizeof(*re->best));
}

/* Enters a loop's body, or says that it was entered often enough here. */
static bool loop_enter(struct regex_run *r, const struct regex_inst *in, uint32_t pc, size_t pos)
{
	struct regex *re = r->re;
	size_t count = re->rounds[in->memo].count, at = re->rounds[in->memo].pos;
	struct regex_frame f = {FRAME_LOOP, pc, pos, at, count};

	if (re->counted) {
		if (count && at == pos && count >= 2)
			return false;
		re->rounds[in->memo].count = count && at == pos ? count + 1 : 1;
		re->rounds[in->memo].pos = pos;
	}
	return push(r, f);
}

void regex_watch(struct regex *re, const volatile int *stop)
{
	re->stop = stop;
}

/* To be asked about every so many bytes or steps. */
static inline void ask(struct regex_run *r, size_t at)
{
	enum { ASK_EVERY = 1 << 16 };

	if (UNLIKELY(at % ASK_EVERY == 0) && r->re->stop && *r->re->stop)
		r->too_hard = true;
}

static size_t run_length(struct regex_run *r, const struct regex_inst *in, size_t pos)
{
	const struct regex_set *set = &r->re->sets[in->arg];
	size_t end = pos;

	for (; end < r->s.n && regex_set_has(set, (unsigned char)r->s.p[end]); end++) {
		ask(r, end);
		if (UNLIKELY(r->too_hard))
			break;
	}
	return end;
}

/* A run that enters where an earlier one has been needs to try only the positions before that. */
static bool run_noted(struct regex_run *r, const struct regex_inst *in, size_t pos, size_t *end,
		      bool *result)
{
	const struct regex_set *set = &r->re->sets[in->arg];

	for (*end = pos;; ++*end) {
		unsigned note = note_get(r, in->memo, *end);

		if (note) {
			*result = note == 3;
			return true;
		}
		note_set(r, in->memo, *end, false);
		ask(r, *end);
		if (*end == r->s.n || r->too_hard ||
		    !regex_set_has(set, (unsigned char)r->s.p[*end]))
			return false;
	}
}

/* What stepping forward ends with: the next instruction, or a result. */
struct step {
	uint32_t pc;
	size_t pos;
	bool done, result;
};

static void step_run(struct regex_run *r, const struct regex_inst *in, struct step *st)
{
	size_t end;
	bool result = false;

	if (!r->notes) {
		end = run_length(r, in, st->pos);
		r->scanned += r->re->counted ? 0 : end - st->pos;
	} else if (run_noted(r, in, st->pos, &end, &result)) {
		if (result || end == st->pos) {
			for (size_t p = st->pos; result && p < end; p++)
				note_set(r, in->memo, p, true);
			st->done = true;
			st->result = result;
			return;
		}
		end--;
	}
	if ((end > st->pos || (r->notes && !r->first_wins)) &&
	    !push(r, (struct regex_frame){FRAME_RUN, st->pc, st->pos, st->pos, end})) {
		st->done = true;
		return;
	}
	st->pos = end;
	st->pc++;
}

/* Branches: LOOP and ALT, both of which may have been noted. */
static void step_branch(struct regex_run *r, const struct regex_inst *in, struct step *st)
{
	if (r->notes) {
		unsigned note = note_get(r, in->memo, st->pos);

		if (note) {
			st->done = true;
			st->result = note == 3;
			return;
		}
		note_set(r, in->memo, st->pos, false);
		if (!r->first_wins &&
		    !push(r, (struct regex_frame){FRAME_NOTE, st->pc, st->pos, 0, 0})) {
			st->done = true;
			return;
		}
	}
	if (in->op == RE_ALT) {
		st->done = !push(r, (struct regex_frame){FRAME_ALT, st->pc, st->pos, 0, 0});
		st->pc++;
	} else if (loop_enter(r, in, st->pc, st->pos)) {
		st->pc = in->body;
	} else {
		st->done = r->too_hard;
		st->pc = in->arg;
	}
}

static void step_group(struct regex_run *r, const struct regex_inst *in, struct step *st)
{
	struct regex_match *g = &r->re->cur[in->arg];

	if (in->op == RE_BEGIN) {
		st->done = !push(r, (struct regex_frame){FRAME_BEGIN, in->arg, 0, g->from, 0});
		g->from = st->pos;
	} else {
		st->done = !push(r, (struct regex_frame){FRAME_END, in->arg, 0, g->to, g->matched});
		g->to = st->pos;
		g->matched = true;
	}
	st->pc++;
}

/* Goes forward until something is accepted or cannot go on. */
static bool forward(struct regex_run *r, struct step st)
{
	const struct str s = r->s;

	while (!st.done) {
		const struct regex_inst *in = &r->re->prog[st.pc];
		bool ok = true;

		if (UNLIKELY(++r->steps + r->scanned / SCANNED_A_STEP >= r->notes_at))
			notes_begin(r);
		ask(r, r->steps);
		if (UNLIKELY(r->too_hard))
			return false;
		switch ((enum regex_op)in->op) {
		case RE_CHAR:
			ok = st.pos < s.n && (unsigned char)s.p[st.pos] == in->arg;
			st.pos++, st.pc++;
			break;
		case RE_ANY:
			ok = st.pos < s.n && s.p[st.pos];
			st.pos++, st.pc++;
			break;
		case RE_SET:
			ok = st.pos < s.n &&
			     regex_set_has(&r->re->sets[in->arg], (unsigned char)s.p[st.pos]);
			st.pos++, st.pc++;
			break;
		case RE_BOL:
			ok = st.pos == r->bol;
			st.pc++;
			break;
		case RE_EOL:
			ok = st.pos == s.n;
			st.pc++;
			break;
		case RE_BEGIN:
		case RE_END:
			step_group(r, in, &st);
			break;
		case RE_ALT:
		case RE_LOOP:
			step_branch(r, in, &st);
			break;
		case RE_RUN:
			step_run(r, in, &st);
			break;
		case RE_JUMP:
			st.pc = in->arg;
			break;
		case RE_ACCEPT:
			accept(r, st.pos, &st.result);
			return st.result;
		}
		if (!ok)
			return false;
	}
	return st.result;
}

/* After a run's continuation: gives one byte back and says that there is more to try. */
static bool back_run(struct regex_run *r, struct regex_frame *f, bool *result, struct step *st)
{
	const struct regex_inst *in = &r->re->prog[f->pc], *next = in + 1;

	if (*result) {
		for (size_t p = f->a; r->notes && p <= f->b; p++)
			note_set(r, in->memo, p, true);
		return false;
	}
	while (f->b > f->a) {
		f->b--;
		if (next->op == RE_CHAR && (unsigned char)r->s.p[f->b] != next->arg)
			continue;
		*st = (struct step){.pc = f->pc + 1, .pos = f->b};
		if (f->b > f->a || (r->notes && !r->first_wins))
			r->re->n_frames++;
		return true;
	}
	return false;
}

/* Takes the last frame off, with the result of what it waited for. True: *st goes on from there. */
static bool back(struct regex_run *r, bool *result, struct step *st)
{
	struct regex *re = r->re;
	struct regex_frame *f = &re->frames[--re->n_frames];

	switch ((enum frame_kind)f->kind) {
	case FRAME_BEGIN:
		re->cur[f->pc].from = f->a;
		return false;
	case FRAME_END:
		re->cur[f->pc].to = f->a;
		re->cur[f->pc].matched = f->b;
		return false;
	case FRAME_LOOP:
		if (re->counted) {
			re->rounds[re->prog[f->pc].memo].pos = f->a;
			re->rounds[re->prog[f->pc].memo].count = f->b;
		}
		if (*result)
			return false;
		*st = (struct step){.pc = re->prog[f->pc].arg, .pos = f->pos};
		return true;
	case FRAME_ALT:
		*st = (struct step){.pc = re->prog[f->pc].arg, .pos = f->pos};
		f->kind = FRAME_ALT2;
		f->a = *result;
		re->n_frames++;
		return true;
	case FRAME_ALT2:
		*result |= f->a;
		return false;
	case FRAME_RUN:
		return back_run(r, f, result, st);
	case FRAME_NOTE:
		if (*result)
			note_set(r, re->prog[f->pc].memo, f->pos, true);
		return false;
	}
	BUG("regex frame of kind %u", (unsigned)f->kind);
}

/* One attempt at r->start. */
static bool attempt(struct regex_run *r)
{
	struct regex *re = r->re;
	struct step st = {.pc = 0, .pos = r->start};
	bool result;

	re->n_frames = 0;
	r->found = false;
	memset(re->cur, 0, re->n_groups * sizeof(*re->cur));
	if (re->counted)
		memset(re->rounds, 0, re->n_memo * sizeof(*re->rounds));
	for (;;) {
		bool more = false;

		result = forward(r, st);
		if (r->too_hard || (r->found && r->first_wins))
			break;
		while (re->n_frames && !more)
			more = back(r, &result, &st);
		if (!more)
			break;
	}
	if (!r->found || r->too_hard)
		return false;
	re->best[0] = (struct regex_match){r->start, r->found_end, true};
	return true;
}

static void run_begin(struct regex_run *r)
{
	r->first_wins = r->whole || !r->re->has_alt;
	r->notes_at = r->re->counted ? COUNTED_STEPS : 1024 + 2 * notes_words(r);
}

static void run_end(struct regex *re)
{
	if (re->cap_frames > FRAMES_KEPT) {
		free(re->frames);
		re->frames = NULL;
		re->cap_frames = 0;
	}
	if (re->memo_cap > FRAMES_KEPT) {
		free(re->memo);
		re->memo = NULL;
		re->memo_cap = 0;
	}
}

enum regex_result regex_match_whole(struct regex *re, struct str s, struct regex_match *m)
{
	struct regex_run r = {.re = re, .s = s, .whole = true};
	bool found;

	run_begin(&r);
	found = attempt(&r);
	run_end(re);
	if (!found)
		return r.too_hard ? REGEX_TOO_HARD : REGEX_NO;
	memcpy(m, re->best, re->n_groups * sizeof(*m));
	return REGEX_YES;
}

struct regex_iter regex_iter_init(struct regex *re, struct str s)
{
	return (struct regex_iter){.re = re, .s = s};
}

/* The leftmost match that begins at `from` or later, or only at `from`. */
static enum regex_result search(struct regex_iter *it, size_t from, bool only_here,
				struct regex_match *m)
{
	struct regex *re = it->re;
	struct regex_run r = {.re = re,
			      .s = it->s,
			      .base = from,
			      .bol = it->prev_avail ? SIZE_MAX : from,
			      .not_empty = only_here};

	run_begin(&r);
	for (r.start = from; r.start <= it->s.n; r.start++) {
		bool hopeless = re->first_known &&
				(r.start == it->s.n ||
				 !regex_set_has(&re->first, (unsigned char)it->s.p[r.start]));

		if (!hopeless && attempt(&r)) {
			memcpy(m, re->best, re->n_groups * sizeof(*m));
			return REGEX_YES;
		}
		ask(&r, r.start);
		if (r.too_hard)
			return REGEX_TOO_HARD;
		if (only_here)
			return REGEX_NO;
		r.bol = SIZE_MAX;
	}
	return REGEX_NO;
}

enum regex_result regex_iter_next(struct regex_iter *it, struct regex_match *m, size_t *before)
{
	size_t from = it->started ? it->last_to : 0;
	enum regex_result found = REGEX_NO;

	*before = from;
	if (it->started && it->last_from == it->last_to) {
		if (from == it->s.n)
			return REGEX_NO;
		found = search(it, from, true, m);
		if (found == REGEX_NO)
			from++;
	}
	if (found == REGEX_NO) {
		it->prev_avail |= it->started;
		found = search(it, from, false, m);
	}
	it->started = true;
	if (found != REGEX_YES)
		run_end(it->re);
	if (found == REGEX_YES) {
		it->last_from = m[0].from;
		it->last_to = m[0].to;
	}
	return found;
}
