/* SPDX-License-Identifier: MIT
 *
 * What the supervisor's files share. */
#pragma once

#include "service/service_int.h"

struct supervisor {
	char folder[40]; /* by descriptor: it goes along when the project is moved */
	int dir, lock, signals, notify;
	int told; /* closed once whoever starts us need wait no longer; -1 then */
	struct arena a;
	struct service_spec spec;
	struct service_url url;
	struct service_record now;
	bool stopping; /* somebody wants us to end */
	bool deleted;  /* the folder: nothing is written into it any more */
	bool no_begin; /* the command could not be executed: the message says why */
	/* of a run */
	int log_pipe; /* its reading end, kept so that another writer of the log can go on */
	pid_t log_writer;
	pid_t main, helper; /* the command; the shutdown command. 0: ended or none */
	int main_status, helper_status, last_status; /* of waitpid(2); of whatever ended last */
};

/* Writes the state down; where it cannot, it goes on. */
void supervisor_note(struct supervisor *s);
ATTR_PRINTF(2, 3) void supervisor_say(struct supervisor *s, const char *fmt, ...);
/* Waits up to ms for a signal or for the folder to be deleted, and takes note of who ended. */
void supervisor_wait(struct supervisor *s, int ms);
/* Takes note of who ended. */
void supervisor_reap(struct supervisor *s);
/* What is left of the service. An error is as if nothing were. */
void supervisor_tree(struct supervisor *s, struct process_table *t);

/* A run, from the command's start until nothing of it is left; its end is in s->now. */
void supervisor_run(struct supervisor *s);
/* Ends what is there, as the spec has it (`whole`) or what a command left behind. */
void supervisor_end_tree(struct supervisor *s, bool whole);
/* The log's writer of this run; and until it has written all. */
ATTR_MUST_CHECK errint supervisor_open_log(struct supervisor *s, int *out, struct err *err);
void supervisor_close_log(struct supervisor *s);
