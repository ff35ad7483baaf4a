/* SPDX-License-Identifier: MIT
 *
 * What the files of this room share: a service's folder, its spec and state as files, processes. */
#pragma once

#include <stdint.h>
#include "service/service.h"

enum {
	SERVICE_LOG_BYTES = 4 << 20, /* of a log, before it is set aside */
	SERVICE_LOG_KEPT = 3,        /* logs set aside */
	SERVICE_RUN_ID = 33,         /* text of a run's identity, with its NUL */
	SERVICE_BOOT_ID = 64,
	SERVICE_CGROUP = 512,
	SERVICE_LOCK_MS = 5000, /* another start, or an end, that has the lock is over by then */
	SERVICE_EXTRA_SECONDS = 30, /* what a supervisor may take longer than the service's bound */
};

/* Every process of a run has it in its environment: how it is known after its supervisor died. */
#define SERVICE_RUN_VAR    "KILN_SERVICE_RUN"
/* What the process that writes a log is called. */
#define SERVICE_LOG_WRITER "kiln-log"

/* A process that is meant and no other one that has its number later: start is in ticks since the
 * boot, as /proc has it. pid 0 is none. */
struct process_id {
	pid_t pid;
	uint64_t start;
};

/* ---- the folder ---- */

/* DIR/NAME, the name escaped where it would be something else as a file name; malloc'd. */
ATTR_MALLOC char *service_folder(const char *dir, const char *name);
/* Makes it, and tells in words for people why it cannot. */
ATTR_MUST_CHECK errint service_folder_make(const char *folder, struct err *err);
/* Of /proc, or of the file that KILN_BOOT_ID_FILE names (for tests). "" when it is not to be had.
 */
void service_boot_id(char out[SERVICE_BOOT_ID]);
/* The lock is the supervisor's. *out is -1 when somebody has it. */
ATTR_MUST_CHECK errint service_lock(const char *folder, int *out, struct err *err);
/* Has somebody the lock: its supervisor, or a start that has not come so far? Takes nothing. */
bool service_is_locked(const char *folder);

/* ---- spec ---- */

ATTR_MUST_CHECK errint service_spec_write(const char *folder, const struct service_spec *spec,
					  struct err *err);
ATTR_MUST_CHECK errint service_spec_read(const char *folder, struct arena *a,
					 struct service_spec *out, struct err *err);
/* Of the file's bytes, which the spec then points into. */
ATTR_MUST_CHECK errint service_spec_parse(struct str text, struct arena *a,
					  struct service_spec *out, struct err *err);

/* ---- state ---- */

struct service_record {
	char boot[SERVICE_BOOT_ID], run[SERVICE_RUN_ID];
	enum service_state state;
	struct process_id supervisor, process;
	int exit_code, exit_signal; /* as in struct service_status */
	unsigned restarts;
	bool has_ready, ready;
	uint64_t pipe;               /* the inode of the pipe that it prints into; 0: none */
	char cgroup[SERVICE_CGROUP]; /* a folder, or "" */
	char message[256];
};
#define SERVICE_RECORD_INIT      \
	{                        \
		.exit_code = -1, \
	}
ATTR_MUST_CHECK errint service_record_write(const char *folder, const struct service_record *r,
					    struct err *err);
/* What is not there, or cannot be read as one, is as if nothing was ever started. */
ATTR_MUST_CHECK errint service_record_read(const char *folder, struct service_record *out,
					   struct err *err);
void service_record_parse(struct str text, struct service_record *out);

/* ---- processes ---- */

struct process_row {
	struct process_id id;
	pid_t parent, session;
	char state;
};
struct process_table {
	struct process_row *v;
	size_t n, cap;
};
void process_table_release(struct process_table *t);
/* All that /proc shows. */
ATTR_MUST_CHECK errint process_table_read(struct process_table *t, struct err *err);
/* Keeps those that descend from root, without root, and without skip and what descends from it
 * (0: none). The dead that nobody has waited for are left out. */
void process_table_keep_below(struct process_table *t, pid_t root, pid_t skip);
/* Keeps those of a run whose supervisor is gone: its process, what has the run's mark in its
 * environment or its log's pipe to print into, and what these started or lead; never ourselves. */
void process_table_keep_run(struct process_table *t, const struct service_record *r);
/* Has it one of these open? They are the texts of /proc/PID/fd: "pipe:[4711]". */
bool process_holds(pid_t pid, const char *const *texts, size_t n);
/* {0, 0} when there is none of that number. */
struct process_id process_identify(pid_t pid);
bool process_is_there(struct process_id id);
/* Sends a signal to that process and to no other; 0 or an errno. */
int process_signal(struct process_id id, int sig);

/* Ends what a run left behind without its supervisor: the signal, after the seconds SIGKILL. */
ATTR_MUST_CHECK errint service_end_run(const struct service_record *r, int sig, unsigned seconds,
				       struct err *err);

/* ---- control groups ---- */

/* A new one for a run, below ours; "" where that may not be. */
void service_cgroup_make(const char *run, char out[SERVICE_CGROUP]);
/* Moves this process into it; nothing of "". */
void service_cgroup_enter(const char *group);
/* Once nothing is in it. */
void service_cgroup_remove(const char *group);
/* Who is in it; *out is malloc'd. */
size_t service_cgroup_members(const char *group, pid_t **out);

/* ---- log ---- */

/* Copies from a pipe into the folder's log until it ends, setting it aside when it is long; for a
 * process of its own. Waits for another one that still does. */
void service_log_write(int folder, int pipe);
/* Appends a line "kiln: …" to the log. Failures are silent: it is a remark. */
ATTR_PRINTF(2, 3) void service_log_remark(int folder, const char *fmt, ...);

/* ---- readiness ---- */

struct service_url {
	char host[64], port[8];
	char *path; /* malloc'd */
};
/* http://HOST[:PORT][/PATH], where HOST is localhost or an address; a word of ERR_USAGE else. */
ATTR_MUST_CHECK errint service_url_parse(const char *url, struct service_url *out, struct err *err);
void service_url_release(struct service_url *u);
/* The same of what a spec says, its variables filled in. */
ATTR_MUST_CHECK errint service_ready_url(const struct service_spec *spec, struct service_url *out,
					 struct err *err);
/* Asks once, 2 s at most, given up as soon as fd wake is readable: true where it answers with a
 * status from 200 to 399; else why says what is so. */
bool service_url_answers(const struct service_url *u, int wake, char why[128]);
/* Who listens there, if it is none of the table: *pid is 0 where that cannot be known. */
bool service_port_is_foreign(const struct service_url *u, const struct process_table *own,
			     pid_t *pid);

/* ---- a run ---- */

/* Starts the command (a text for the shell) of the run that `of` tells of, as leader of a session
 * of its own. out is where it prints; of 0 (the command itself) FLOX_PROCESS_PID is its own number.
 */
ATTR_MUST_CHECK errint service_spawn(const struct service_spec *spec, const char *command,
				     const struct service_record *of, int out, pid_t flox_pid,
				     pid_t *pid, struct err *err);

/* ---- order ---- */

/* The level of each: those of level 0 need none of the others. An error names a circle. */
ATTR_MUST_CHECK errint service_levels(const struct service_task *tasks, size_t n, unsigned *levels,
				      struct err *err);

/* ---- starting and stopping ---- */

/* Ends what a run left whose supervisor was killed, when it did; for whom has the lock. */
ATTR_MUST_CHECK errint service_recover(const char *folder, const char *name, bool *found,
				       struct err *err);
/* Between two looks. */
void service_pause(void);
/* ERR_FAILED when there are tasks that were not done: "2 of 3 services <what>". */
ATTR_MUST_CHECK errint service_count_failures(const struct service_task *tasks, size_t n,
					      const char *what, struct err *err);
