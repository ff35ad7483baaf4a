/* SPDX-License-Identifier: MIT
 *
 * Services of an environment. Each running one has a supervisor of its own: a small process that
 * outlives the shell, is the subreaper of whatever the service starts, so that no process of it
 * gets lost, and keeps the state of it in a file that is only read by others. What is known of a
 * service lies in a folder:
 *
 *	DIR/NAME/lock     held as long as there is a supervisor: never two of one
 *	DIR/NAME/spec     what it was started with
 *	DIR/NAME/state    how it is, with the boot and the start times of the processes meant
 *	DIR/NAME/log      what it printed; log.1 … log.3 are older
 *
 * Knows no manifest and no store: who starts one says all of it in a struct service_spec. */
#pragma once

#include <sys/types.h>
#include "base/arena.h"
#include "base/err.h"

struct report;

enum service_restart { SERVICE_RESTART_NO, SERVICE_RESTART_ON_FAILURE, SERVICE_RESTART_ALWAYS };

/* What a service waits for of another one before it is started: its start, and that it is ready if
 * it can tell; its end; its end with status 0. */
enum service_condition { SERVICE_STARTED, SERVICE_COMPLETED, SERVICE_SUCCEEDED };

struct service_dependency {
	const char *service;
	enum service_condition condition;
};

/* Texts are borrowed; 0 and NULL are the defaults where one is named. */
struct service_spec {
	const char *name;
	const char *command;          /* a text for bash (sh, where PATH of env has no bash) */
	const char *const *env;       /* NULL terminated: all of its environment */
	const char *cwd;              /* absolute */
	mode_t umask;                 /* 0: 022 */
	bool is_daemon;               /* the command ends, and what it left behind is the service */
	const char *shutdown_command; /* instead of the signal; $FLOX_PROCESS_PID is the service */
	int stop_signal;              /* 0: SIGTERM */
	unsigned stop_seconds;        /* until SIGKILL; 0: SERVICE_STOP_SECONDS */
	const char *ready;            /* http://HOST[:PORT]/… on this machine, or NULL; $NAME and
					 ${NAME} in it are variables of env */
	unsigned ready_seconds;       /* how long a start waits; 0: SERVICE_READY_SECONDS */
	enum service_restart restart;
	const struct service_dependency *depends;
	size_t n_depends;
};

enum { SERVICE_STOP_SECONDS = 10, SERVICE_READY_SECONDS = 120, SERVICE_NAME_MAX = 120 };

/* X(id, word): ORDER service_state */
#define SERVICE_STATES(X)           \
	X(STOPPED, "Stopped")       \
	X(STARTING, "Starting")     \
	X(RUNNING, "Running")       \
	X(RESTARTING, "Restarting") \
	X(STOPPING, "Stopping")     \
	X(COMPLETED, "Completed")   \
	X(FAILED, "Failed")

enum service_state {
#define X(id, word) SERVICE_IS_##id,
	SERVICE_STATES(X)
#undef X
};

struct service_status {
	enum service_state state;
	pid_t pid;         /* its process; 0: none is running */
	pid_t supervisor;  /* 0: none */
	int exit_code;     /* of its last end; -1: none yet, or by a signal */
	int exit_signal;   /* 0: none */
	unsigned restarts; /* by itself, since it was started */
	bool has_ready, ready;
	uint64_t seconds; /* it is running, sleep of the machine included */
	char *message;    /* one line more to tell, or NULL; malloc'd */
};
void service_status_release(struct service_status *s);
const char *service_state_text(enum service_state s);
/* Is a process of it there, or about to be? */
bool service_is_up(const struct service_status *s);

/* How it is. Reads two small files and asks nobody; of a service that was never started all is 0
 * and -1. */
ATTR_MUST_CHECK errint service_status(const char *dir, const char *name, struct service_status *out,
				      struct err *err);
/* The names that dir knows something of, sorted; malloc'd strings in a NULL terminated array, which
 * services_names_free() frees. A folder that is not there has none. */
ATTR_MUST_CHECK errint services_names(const char *dir, char ***out, struct err *err);
void services_names_free(char **names);
static inline void services_names_cleanup(char ***names)
{
	services_names_free(*names);
}
/* ERR_USAGE where a name cannot be one: empty, too long. */
ATTR_MUST_CHECK errint service_check_name(const char *name, struct err *err);

/* What became of one that was to be started or stopped. */
enum service_outcome {
	SERVICE_DONE,
	SERVICE_WAS_SO,    /* it was running, or stopped, already */
	SERVICE_ENDED,     /* started, and ended with status 0 meanwhile */
	SERVICE_NOT_DONE,  /* see its error */
	SERVICE_NOT_TRIED, /* for one that it depends on failed */
};

/* One of a list that is started or stopped together. */
struct service_task {
	const struct service_spec *spec; /* to stop: only name, depends and n_depends are read */
	enum service_outcome outcome;
	struct err err;
	pid_t supervisor; /* after a start */
};
void service_tasks_release(struct service_task *tasks, size_t n);

/* Starts them, each after those of the list that it depends on, and waits until each is ready, has
 * ended or its bound is over. One that runs without its supervisor is ended first and started anew.
 * ERR_FAILED when there are tasks that were not done; what is wrong with each is in its err. Others
 * are errors of the folder, or a circle of dependencies. May be interrupted while waiting: they go
 * on starting. */
ATTR_MUST_CHECK errint services_start(const char *dir, struct service_task *tasks, size_t n,
				      struct report *report, struct err *err);
/* Stops them, each before those that it depends on, and waits until no process of them is left. */
ATTR_MUST_CHECK errint services_stop(const char *dir, struct service_task *tasks, size_t n,
				     struct report *report, struct err *err);
/* Adds to the names those that they need, all of specs when there are none: *out are indices into
 * specs, in the arena, in their order. ERR_NOT_FOUND names one that is not there, with the
 * nearest. */
ATTR_MUST_CHECK errint services_select(const struct service_spec *specs, size_t n,
				       const char *const *names, size_t n_names, bool with_needed,
				       struct arena *a, size_t **out, size_t *n_out,
				       struct err *err);

/* The name by which kiln is the supervisor: argv is {it, DIR, NAME}; for main() alone. */
#define SERVICE_SUPERVISOR "kiln-supervisor"
ATTR_MUST_CHECK errint service_supervise(int argc, char **argv, struct err *err);
