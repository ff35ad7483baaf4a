/* SPDX-License-Identifier: MIT
 *
 * What of this machine, its configuration and its store is in the way of building and running, each
 * finding with its verdict and cure. Looking changes nothing but a scratch folder. */
#pragma once

#include "project/session.h"

enum verdict {
	VERDICT_GOOD,
	VERDICT_NOTE, /* worth knowing */
	VERDICT_WARN, /* something will not work that may be wanted */
	VERDICT_BAD,  /* builds or runs will fail */
};

struct finding {
	enum verdict verdict;
	const char *part; /* "store" */
	const char *text;
	const char *cure; /* or NULL; of several a line each */
};

struct doctor {
	struct session *session;
	struct arena *a; /* of texts */
	bool offline;    /* asks no mirror */
	/* Told of each as soon as it is known, or NULL; f is borrowed until it returns. */
	void (*found)(void *ctx, const struct finding *f);
	void *ctx;
	const char *part; /* at work */
	struct finding *v;
	size_t n, cap;
};
void doctor_release(struct doctor *d);

/* X(id, name, what is looked at): the parts, in their order. */
#define DOCTOR_PARTS(X)                                                     \
	X(python, "python", "the interpreter that results run on")          \
	X(store, "store", "place, owner, space, a sample of what is in it") \
	X(sandbox, "sandbox", "namespaces, AppArmor, one that is made")     \
	X(settings, "settings", "what is in force, and where it is from")   \
	X(sources, "sources", "mirrors, and whether they answer")

/* Looks at every part whose name is among `parts`, or at all when n is 0. What cannot be found out
 * is a finding. ERR_USAGE for a name that is none; ERR_INTERRUPTED. */
ATTR_MUST_CHECK errint doctor_look(struct doctor *d, const char *const *parts, size_t n,
				   struct err *err);
/* The worst of all. */
enum verdict doctor_verdict(const struct doctor *d);
const char *verdict_name(enum verdict v);
