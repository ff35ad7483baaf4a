/* SPDX-License-Identifier: MIT
 *
 * Whether the inputs of an evaluation are still what they were.
 *
 * Contents are compared by hash. Stamps only spare the reading, and only where they prove that
 * nobody wrote: all of the stamp is the same (a replaced file has another inode or ctime, and
 * nobody can set a ctime), the file system keeps a ctime of its own, and the ctime is older than
 * the notes by more than the grain of any clock involved. Git's index calls the rest racy. */
#pragma once

#include "memo/inputs.h"

/* Takes the stamps of all inputs. False when the result cannot be kept: in->unknowable says why. */
bool inputs_stamp(struct eval_inputs *in);

/* A check of inputs that were noted at `began`. */
struct inputs_check {
	struct store *store;
	struct arena *a;
	int64_t began;
	bool refreshed; /* some stamps were replaced by what proves as much with fewer readings */
	char *why;      /* what differs, in the arena */
	struct {        /* file systems met so far */
		uint64_t dev;
		bool trusted;
	} fs[8];
	size_t n_fs;
};
/* Are all of them what they were? Fills refreshed, or why. */
bool inputs_match(struct inputs_check *c, struct input *v, size_t n);
