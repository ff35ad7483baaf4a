/* SPDX-License-Identifier: MIT
 *
 * A profile in the making: its packages are known first, then their folders are merged. */
#pragma once

#include "base/buf.h"
#include "profile/profile.h"
#include "store/path_map.h"

enum {
	PROFILE_DEPTH = 256,       /* folders below one another */
	PROFILE_DEPENDENCY = 1000, /* the priority of what nobody asked for */
	PROFILE_PACKAGES_MAX = 100000,
	PROFILE_PATH_MAX = 4096,
};

struct profile_part {
	struct str path, id;
	unsigned priority;
	const struct profile_part *by; /* whose need it is, or NULL: it was asked for */
	size_t order;
};

/* An interpreter, "python3.13", and who brings it. */
struct interpreter {
	struct str name;
	const struct profile_part *owner;
};

struct clash {
	const char *name;
	const struct profile_part *first, *second;
};

struct profile {
	const struct builtin_ctx *ctx;
	struct arena a;
	struct str out;
	int out_fd;
	struct profile_part **v; /* by priority, then as they came */
	size_t n, cap;
	struct path_map by_path;
	struct interpreter *pythons;
	size_t n_pythons, cap_pythons;
	bool lent;          /* some package has an interpreter of another one among its programs */
	struct clash clash; /* the first one */
	size_t n_clashes;
};

/* Reads the list, and adds what its packages want to be seen with. */
ATTR_MUST_CHECK errint profile_packages(struct profile *p, struct err *err);
/* "'id'", or "what 'id' needs"; in the arena. */
const char *profile_owner(struct profile *p, const struct profile_part *k);

/* Two packages of one Python distribution are an error. */
ATTR_MUST_CHECK errint profile_distributions(struct profile *p, struct err *err);

/* Fills the output with what all packages have. */
ATTR_MUST_CHECK errint profile_merge(struct profile *p, struct err *err);

/* Names in the profile are relative to it. */
ATTR_MUST_CHECK errint profile_link(struct profile *p, const char *target, const char *name,
				    struct err *err);
/* One package's file at its place: a link, or what an interpreter or a program of Python becomes.
 * from is the file, name its place in the profile. */
ATTR_MUST_CHECK errint profile_put(struct profile *p, const struct profile_part *owner,
				   const char *from, const char *name, struct err *err);
/* Is the program a link to an interpreter of another package? real is then where that is. */
bool profile_lends(const struct profile *p, const struct profile_part *owner, const char *from,
		   char real[PROFILE_PATH_MAX]);
/* Is this name ("lib/python3.13") a folder of its own whoever has it? */
bool profile_is_own_folder(const struct profile *p, const char *name);
/* Files that differ and matter to nobody: licences side by side, caches that are made of a whole
 * folder, what many wheels leave beside their module. */
bool profile_is_nobodys(const char *name);
