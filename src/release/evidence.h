/* SPDX-License-Identifier: MIT
 *
 * Evidence: what a gate found about the bits of one commit, signed. It is an in-toto Statement v1
 * in a DSSE envelope, a file each:
 *
 *	refs/kiln/evidence -> commit -> tree: COMMIT[0:2]/COMMIT[2:]/GATE/SHA256-OF-THE-FILE.json
 *
 * Names are hashes of what is in the files, so two people's evidence merges by uniting the trees,
 * and nothing is ever changed or taken out. The ref is pushed with what it is about, in one
 * `git push --atomic`.
 *
 * Evidence counts for the closure, the commit and the project that it names, for no other; what was
 * found about bits (ran from a clean clone, checked, built again) counts on every track whose gate
 * is defined by the same words, a person's approval for its own track alone. Whose signature
 * counts, the caller's key ring says. A statement's times are claims of its signer: held against
 * the key's `from` and `until`, and against this machine's clock, ahead of which they may not be.
 * A key's retirement is judged without any clock: what was in the ref when it retired stays good,
 * all else of it does not, and of a compromised key nothing does. */
#pragma once

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

struct key_ring;
struct signing_key;

#define EVIDENCE_REF "refs/kiln/evidence"

/* What a statement says. Texts that are "" are left out of it. */
struct evidence {
	struct str gate;    /* the gate's name, or "tag" */
	struct str result;  /* "passed" or "failed" */
	struct str track;   /* whose gate it is */
	struct str project; /* the project's folder within its repository, "" for the top */
	struct str commit, tree;
	struct str recipe, version, system; /* the recipes with blanks between */
	struct hash closure;                /* store/closure_hash.h */
	uint64_t paths;                     /* of the closure */
	struct str kiln, set_version, set_hash;
	struct str definition;  /* of the gate: gates.h; sha256 in base 16 */
	struct str ref, target; /* of a tag: "refs/tags/v1", and the object that it was */
	int64_t started, finished;
	struct str details; /* a JSON object, or "" */
};

/* X(id, what a person reads). The first that fits is told. */
#define EVIDENCE_VERDICTS(X)                                                            \
	X(COUNTS, "counts")                                                             \
	X(ABSENT, "there is none")                                                      \
	X(MALFORMED, "it is no statement that kiln knows")                              \
	X(UNSIGNED, "it is not signed")                                                 \
	X(UNKNOWN_KEY, "its key is not trusted here")                                   \
	X(FORGED, "its signature is not of this text")                                  \
	X(COMPROMISED, "its key is compromised")                                        \
	X(RETIRED, "its key was retired before it was there")                           \
	X(OTHER_GATES, "its key may not sign for this gate")                            \
	X(NOT_YET, "it claims a time before its key was valid")                         \
	X(EXPIRED, "it claims a time after its key had expired")                        \
	X(FUTURE, "it claims a time that is still to come: one of two clocks is wrong") \
	X(OTHER_REPOSITORY, "it is about a commit of another repository")               \
	X(STALE, "it is about another commit")                                          \
	X(TAG_MOVED, "the tag was somewhere else when it was signed")                   \
	X(OTHER_PROJECT, "it is about another project of the repository")               \
	X(OTHER_TRACK, "it was given for another track")                                \
	X(OTHER_DEFINITION, "the gate was another one when it ran")                     \
	X(OTHER_CLOSURE, "it is about other bits")                                      \
	X(FAILED, "the gate did not pass")

enum evidence_verdict {
#define X(id, text) EVIDENCE_##id,
	EVIDENCE_VERDICTS(X)
#undef X
};
const char *evidence_verdict_text(enum evidence_verdict v);

struct evidence_query {
	const char *repo; /* a folder in the work tree, or a git folder */
	const char *at;   /* the commit of the evidence that counts; NULL: where the ref is */
	const struct key_ring *keys; /* whose signatures count */
	struct str commit;           /* whole, in base 16 */
	struct str project;          /* as in struct evidence */
	struct str gate, track;
	struct str definition;      /* "": whatever it was */
	bool any_track;             /* for gates that find out about bits */
	const struct hash *closure; /* NULL: whatever it was */
	struct str ref, target;     /* of a tag, as it is now; else "" */
	struct str version; /* that it is the tag of: evidence of it elsewhere tells of a move */
	int64_t now;        /* clock_unix() */
	bool explain;       /* where there is none about the commit, look at all other commits' */
};

struct evidence_answer {
	enum evidence_verdict verdict;
	struct evidence found; /* what it says; of ABSENT and MALFORMED empty */
	struct str file;       /* its path in the ref's tree */
	struct str key;        /* who signed, or is said to have; "" */
	struct str why;        /* the verdict with what it is about, one line */
};

/* The evidence that counts, the newest; else the one that came nearest, and why it does not. Texts
 * live in the arena. Only a repository that cannot be read is an error. */
ATTR_MUST_CHECK errint evidence_find(const struct evidence_query *q, struct arena *a,
				     struct evidence_answer *out, struct err *err);
/* All that there is about q->commit ("": about any), each judged by q without its gate and
 * definition, oldest first. */
ATTR_MUST_CHECK errint evidence_list(const struct evidence_query *q, struct arena *a,
				     struct evidence_answer **out, size_t *n, struct err *err);
/* Signs with every key and adds it to the ref of repo. */
ATTR_MUST_CHECK errint evidence_add(const char *repo, const struct evidence *e,
				    const struct signing_key *keys, size_t n_keys, struct err *err);
/* Unites the ref with another one (refs/kiln/remotes/origin/evidence, as it was fetched). *changed:
 * there was something new, either way. */
ATTR_MUST_CHECK errint evidence_merge(const char *repo, const char *other_ref, bool *changed,
				      struct err *err);
/* The ref's commit, "" when there is no evidence yet. */
ATTR_MUST_CHECK errint evidence_tip(const char *repo, struct arena *a, struct str *out,
				    struct err *err);
