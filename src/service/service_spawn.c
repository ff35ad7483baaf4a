/* SPDX-License-Identifier: MIT
 *
 * A command of a service as a process: a session of its own, its output the log's pipe, nothing of
 * the supervisor's. */
#include "service/service_int.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "base/file.h"

static struct str path_of(const char *const *env)
{
	for (size_t i = 0; env && env[i]; i++)
		if (str_starts(str_c(env[i]), S("PATH=")))
			return str_c(env[i] + 5);
	return S("/usr/bin:/bin");
}

/* bash, for which Flox's manifests are written; malloc'd. */
static char *find_shell(const char *const *env)
{
	struct str rest = path_of(env), dir;

	while (str_split(&rest, ':', &dir)) {
		char *at CLEANUP_FREE = xasprintf("%.*s/bash", STR_ARG(dir));

		if (dir.n && access(at, X_OK) == 0)
			return STEAL(at);
	}
	return xstrdup(access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh");
}

/* The environment with the run's mark, and FLOX_PROCESS_PID, whose place is *pid_at. */
static const char **make_env(const char *const *env, const char *mark, char *pid_text)
{
	size_t n = 0, to = 0;

	while (env && env[n])
		n++;
	const char **out = xcalloc(n + 3, sizeof(*out));
	for (size_t i = 0; i < n; i++)
		if (!str_starts(str_c(env[i]), S(SERVICE_RUN_VAR "=")) &&
		    !str_starts(str_c(env[i]), S("FLOX_PROCESS_PID=")))
			out[to++] = env[i];
	out[to++] = mark;
	out[to++] = pid_text;
	return out;
}

ATTR_NORETURN static void child(const char *shell, const struct service_spec *spec,
				const char *command, const struct service_record *of, int out,
				const char *const *env, char pid_text[40], pid_t flox_pid, int told)
{
	static const unsigned long none_at_all[8]; /* the kernel's struct sigaction: SIG_DFL */
	const char *argv[] = {shell, "-c", command, NULL};
	sigset_t none;
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	setsid();
	service_cgroup_enter(of->cgroup);
	/* By the kernel's own call: the library keeps two for itself, and leaves them ignored where
	 * they were. */
	for (int sig = 1; sig < NSIG; sig++)
		syscall(SYS_rt_sigaction, sig, none_at_all, NULL, 8UL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	snprintf(pid_text, 40, "FLOX_PROCESS_PID=%d", (int)(flox_pid ? flox_pid : getpid()));
	if (dup2(null, 0) >= 0 && dup2(out, 1) >= 0 && dup2(out, 2) >= 0 && chdir(spec->cwd) == 0)
		execve(shell, (char *const *)argv, (char *const *)env);
	int sys = errno;
	(void)!write(told, &sys, sizeof(sys));
	_exit(127);
}

errint service_spawn(const struct service_spec *spec, const char *command,
		     const struct service_record *of, int out, pid_t flox_pid, pid_t *pid,
		     struct err *err)
{
	char *shell CLEANUP_FREE = find_shell(spec->env);
	char *mark CLEANUP_FREE = xasprintf(SERVICE_RUN_VAR "=%s", of->run), pid_text[40] = "";
	const char **env CLEANUP_FREE = make_env(spec->env, mark, pid_text);
	int pipe_fds[2], sys = 0;

	if (pipe2(pipe_fds, O_CLOEXEC))
		return err_sys(err, "cannot make a pipe");
	int from CLEANUP_FD = pipe_fds[0], to CLEANUP_FD = pipe_fds[1];
	pid_t made = fork();
	if (made < 0)
		return err_sys(err, "cannot start a process");
	if (made == 0)
		child(shell, spec, command, of, out, env, pid_text, flox_pid, to);
	close(STEAL_FD(to));
	*pid = made;
	if (read(from, &sys, sizeof(sys)) != sizeof(sys))
		return 0;
	errno = sys;
	if (access(spec->cwd, X_OK))
		return err_sys(err, "cannot run in folder '%s'", spec->cwd);
	errno = sys;
	return err_sys(err, "cannot run '%s'", shell);
}
