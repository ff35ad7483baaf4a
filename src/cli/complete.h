/* SPDX-License-Identifier: MIT
 *
 * What may stand at a place of a command line. The shells' files in docs/completion ask `kiln
 * complete`, which asks here; the rows of the commands say what is expected. */
#pragma once

#include "cli/cli.h"

enum complete_kind {
	COMPLETE_FILES = 1 << 0,
	COMPLETE_FOLDERS = 1 << 1,
	COMPLETE_RECIPES = 1 << 2, /* of the project around */
	COMPLETE_PACKAGES = 1 << 3,
	COMPLETE_OR_PACKAGES = 1 << 4, /* where no recipe begins like that */
	COMPLETE_COMMANDS = 1 << 5,
	COMPLETE_TOPICS = 1 << 6,
	COMPLETE_TRACKS = 1 << 7,
	COMPLETE_SLOTS = 1 << 8, /* SLOT=FILLING */
	COMPLETE_SETTINGS = 1 << 9,
	COMPLETE_SERVICES = 1 << 10,  /* of the environment around */
	COMPLETE_INSTALLED = 1 << 11, /* in it */
	COMPLETE_KEYS = 1 << 12,
	COMPLETE_CHECKS = 1 << 13,      /* parts of kiln doctor */
	COMPLETE_BUILDS = 1 << 14,      /* of the manifest around */
	COMPLETE_GENERATIONS = 1 << 20, /* of the environment around */
};

struct completion {
	struct cli *cli;
	struct str word;  /* what is there of it */
	struct str front; /* "--slot=", which stays as it is */
	const char *dir;  /* that --dir or --project name, or NULL */
	size_t n;         /* offered */
};

/* Prints a candidate, unless it does not begin as the word does. help may be "". */
void complete_offer(struct completion *c, struct str candidate, struct str help);
/* Offers all of these kinds, but for files and folders, which shells know better. What cannot be
 * found out is not offered. */
void complete_words(struct completion *c, unsigned kinds);
