/* SPDX-License-Identifier: MIT
 *
 * measure [-r ROOT] OUT COMMAND…: runs a command, in ROOT when one is given, and writes to OUT one
 * line: microseconds of user and of system time, of wall time, kilobytes of peak memory, exit
 * status.
 *
 * The kernel counts the peak of whoever forked as the child's own, until it executed something. So
 * this is a program of a megabyte: a script would not see what is smaller than its interpreter. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long micros(struct timeval t)
{
	return t.tv_sec * 1000000LL + t.tv_usec;
}

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static void run(const char *root, char **argv)
{
	int quiet = open("/dev/null", O_WRONLY);

	if (root && (chroot(root) < 0 || chdir("/") < 0)) {
		perror(root);
		_exit(126);
	}
	dup2(quiet, 1);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

int main(int argc, char **argv)
{
	const char *root = NULL;
	struct rusage use;
	long long began;
	int status;
	FILE *out;
	pid_t pid;

	if (argc > 3 && strcmp(argv[1], "-r") == 0) {
		root = argv[2];
		argv += 2;
		argc -= 2;
	}
	if (argc < 3) {
		fputs("usage: measure [-r ROOT] OUT COMMAND [ARG…]\n", stderr);
		return 2;
	}
	began = now();
	pid = fork();
	if (pid == 0)
		run(root, argv + 2);
	if (pid < 0 || wait4(pid, &status, 0, &use) < 0) {
		perror("measure");
		return 1;
	}
	out = fopen(argv[1], "w");
	if (!out) {
		perror(argv[1]);
		return 1;
	}
	fprintf(out, "%lld %lld %lld %ld %d\n", micros(use.ru_utime), micros(use.ru_stime),
		now() - began, use.ru_maxrss,
		WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	return fclose(out) ? 1 : 0;
}
