/* SPDX-License-Identifier: MIT
 *
 * Gates: what has to be found of a commit's bits before its track may be promoted on. A track names
 * its gates (track.h); what is not a gate of kiln's own by name is told in .flox/kiln.toml:
 *
 *	[release]
 *	recipes = ["comfyui"]        # whose closure is released; without it every recipe
 *
 *	[release.gate.smoke]
 *	kind = "smoke"               # a row of GATE_KINDS; without it the gate's own name
 *	command = ["kiln", "run", "comfyui", "--", "--help"]
 *	timeout = 600                # seconds
 *
 * Each runs in a clean clone of the commit and is about the closure that the commit's recipes give
 * there. What it found is signed as evidence (evidence.h), passed or failed.
 *
 * Who decides: keys are those of the kiln.toml that the next track has, as long as that has any, so
 * that no commit brings its own judges; a key's retirement counts from either side. Gates are those
 * of both: a commit takes none away on its way. How a gate is defined, the commit says, whose text
 * the signers have in front of them. */
#pragma once

#include "release/evidence.h"
#include "release/release.h"
#include "store/key_ring.h"

/* X(id, name, what it finds, its evidence counts on every track) */
#define GATE_KINDS(X)                                                       \
	X(BUILD, "build", "the recipes build from a clean clone", true)     \
	X(CHECK, "check", "their checks pass", true)                        \
	X(REBUILD, "rebuild", "built again they give the same bits", true)  \
	X(AUDIT, "audit", "the closure has nothing that it must not", true) \
	X(SMOKE, "smoke", "a command of the project's own succeeds", true)  \
	X(APPROVAL, "approval", "a person has looked at it", false)

enum gate_kind {
#define X(id, name, what, of_bits) GATE_##id,
	GATE_KINDS(X)
#undef X
};

struct gate {
	struct str name;
	enum gate_kind kind;
	const char **command;  /* NULL terminated; of smoke */
	uint64_t timeout;      /* seconds, 0: none */
	struct str definition; /* a hash of the words above and of the recipes */
};

struct gate_list {
	struct gate *v;
	size_t n;
	struct str *recipes; /* of the release; none: all */
	size_t n_recipes;
};

const char *gate_kind_name(enum gate_kind k);
const char *gate_kind_text(enum gate_kind k);
/* Is its evidence about bits, whatever the track? */
bool gate_kind_of_bits(enum gate_kind k);

/* The gates of a track by a configuration. ERR_CORRUPT with the place of what is wrong. */
ATTR_MUST_CHECK errint gates_read(const struct release_config *c, const struct track *t,
				  struct arena *a, struct gate_list *out, struct err *err);

/* ---- what is there ---- */

struct gate_state {
	struct gate gate;
	struct evidence_answer answer;
};

struct gates_answer {
	struct gate_state *v;
	size_t n;
	bool passed;         /* all of them, for one closure */
	struct hash closure; /* the one that came furthest; algo HASH_NONE without any */
};

struct gates_query {
	const char *repo; /* as in evidence_query, with `at` */
	const char *at;
	struct str prefix;  /* of the project below the repository's top: "" or "a/b/" */
	struct str track;   /* whose gates: the commit leaves it */
	const char *commit; /* that is to move on */
	struct str version; /* of a tag that names the commit; else "" */
	const char *base;   /* where the next track is; "" when nowhere */
	int64_t now;
	bool explain; /* of a gate without any, what evidence there is of other commits */
};
/* What evidence says of a commit; nothing is evaluated and no store is needed. Without gates it has
 * passed. */
ATTR_MUST_CHECK errint gates_ask(const struct gates_query *q, struct arena *a,
				 struct gates_answer *out, struct err *err);
/* The same for a track of r and a commit of it: ERR_DENIED with the reason and the cure unless all
 * gates have passed. */
ATTR_MUST_CHECK errint gates_need(struct release *r, const struct track *t, const char *commit,
				  struct err *err);
/* The question that gates_need() asks. */
void gates_question(struct release *r, const struct track *t, const char *commit, struct arena *a,
		    struct gates_query *out);

/* Of what a tag names: the gates by which it came to where releases are kept. A tag that the
 * remote, if it was asked, has elsewhere is ERR_MISMATCH. */
ATTR_MUST_CHECK errint gates_question_of_tag(struct release *r, const char *name, struct arena *a,
					     const struct track **track, struct gates_query *out,
					     struct err *err);

/* ---- running ---- */

enum gate_outcome { GATE_PASSED, GATE_FAILED, GATE_KNOWN, GATE_WAITS };

struct gate_result {
	struct gate gate;
	enum gate_outcome outcome;
	struct str why; /* it failed; one line */
	int64_t seconds;
};

struct gate_request {
	const struct track *track;
	const char *commit; /* NULL: where the track is here */
	const char *only;   /* a gate's name, or NULL */
	bool again;         /* also what has passed before */
	const char *note;   /* NULL; else the approval of a person, and no other gate */
	const struct signing_key *keys;
	size_t n_keys;
	/* Told of each before it runs, and when it has. */
	void (*tell)(void *ctx, const struct gate *g, const struct gate_result *done);
	void *ctx;
};

struct gate_report {
	struct gate_result *v;
	size_t n;
	const char *commit;
	struct hash closure;
	size_t paths;
	bool trusted; /* evidence of these keys counts where the track goes to */
};
/* Runs the gates of a track and signs what they find; a gate that fails is a result, one that
 * cannot run is an error, and nothing is signed of it. */
ATTR_MUST_CHECK errint gates_run(struct release *r, const struct gate_request *q, struct arena *a,
				 struct gate_report *out, struct err *err);
