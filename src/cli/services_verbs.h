/* SPDX-License-Identifier: MIT
 *
 * What the verbs of kiln services share: the environment's services as its manifest has them. */
#pragma once

#include "cli/command.h"
#include "service/service.h"

struct manifest;

struct services_command {
	const char *project, *output;
	struct option_list names, slots;
	uint64_t lines;
	bool json, follow, systemd, has_lines;
	/* found: */
	char *dir;   /* the environment's folder */
	char *state; /* where what is known of its services is kept */
	const struct manifest *manifest;
	struct service_spec *specs; /* env are the service's own variables alone */
	size_t n;
	struct option_list started; /* by services_start_here() */
};

#define SERVICES_ROWS                                                                   \
	OPT_TEXT(struct services_command, project, "-d --dir", "DIR",                   \
		 "the environment's folder (the working folder or the nearest above)"), \
		OPERANDS(struct services_command, names, "NAME")

/* Finds the environment and reads its services, those of this machine. Fast: one file is read. */
ATTR_MUST_CHECK errint services_command_open(struct cli *cli, struct services_command *c,
					     struct err *err);
void services_command_release(void *ctx);
/* Does so, and gives the names that are meant: those given, which have to be of the manifest or
 * still running, or else all of both; NULL terminated, in the command's arena. */
ATTR_MUST_CHECK errint services_command_names(struct cli *cli, struct services_command *c,
					      const char ***out, size_t *n, struct err *err);

/* Makes this process's environment that of an activation, the profile built first where it has to
 * be; nothing within one. */
ATTR_MUST_CHECK errint services_command_enter(struct cli *cli, struct services_command *c,
					      struct err *err);
/* The profile lasts as long as the supervisors do. */
ATTR_MUST_CHECK errint services_command_hold(struct cli *cli, const struct services_command *c,
					     const struct service_task *tasks, size_t n,
					     struct err *err);
/* Starts services of the environment: those named and what they need, or all. For activations,
 * which did what it takes to be in the environment: the services get this process's variables. */
ATTR_MUST_CHECK errint services_start_here(struct cli *cli, struct services_command *c,
					   struct err *err);

extern const struct command services_verb_export, services_verb_logs, services_verb_restart,
	services_verb_start, services_verb_status, services_verb_stop;
