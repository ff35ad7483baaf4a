/* SPDX-License-Identifier: MIT
 *
 * What the commands about environments share: which one is meant, and changing it. */
#pragma once

#include "cli/command.h"
#include "cli/environment_place.h"
#include "environment/environment.h"
#include "manifest/manifest.h"

/* Which environment is meant. */
struct environment_from {
	struct environment_place place;
	bool fallback; /* without one around the user's own is meant */
	bool make;     /* and that one is made when it is not there */
};

/* Opens it; texts live in cli's arena. */
ATTR_MUST_CHECK errint environment_of(struct cli *cli, const struct environment_from *from,
				      struct environment *out, struct err *err);
/* "environment 'NAME'", for messages. */
const char *environment_text(struct cli *cli, const struct environment *env);
/* A time as people read it, in UTC. */
const char *environment_time(struct cli *cli, int64_t when);
/* Which generation a command has left it at, and whether that is a new one. */
void environment_tell(struct cli *cli, const struct environment *env, bool made, bool json);
/* Changes it, and tells so; did is the command line. */
ATTR_MUST_CHECK errint environment_command_change(struct cli *cli, struct environment *env,
						  struct environment_change *change,
						  const struct buf *did, bool json,
						  struct err *err);
