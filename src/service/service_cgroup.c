/* SPDX-License-Identifier: MIT
 *
 * A control group (cgroups(7), version 2) of a run's own, where we may make one: what is in it is
 * of the service, whatever it did to its session, environment and descriptors. It limits nothing.
 * Without one the supervisor knows its own descendants all the same; who comes after a killed one
 * knows more with it. */
#include "service/service_int.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "base/buf.h"
#include "base/file.h"

/* Where we are: "0::/user.slice/…" is the line of version 2. malloc'd, or NULL. */
static char *own_group(void)
{
	static const char *const mounts[] = {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"};
	BUF(text, LIMIT_SMALL_FILE);
	struct str rest, line;
	struct statfs fs;
	ERR(ignored);
	int fd CLEANUP_FD = open("/proc/self/cgroup", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fd_read_all(fd, &text, &ignored))
		return NULL;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		if (!str_starts(line, S("0::/")))
			continue;
		for (size_t i = 0; i < ARRAY_LEN(mounts); i++)
			if (statfs(mounts[i], &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
				return xasprintf("%s%.*s", mounts[i], STR_ARG(str_skip(line, 3)));
	}
	return NULL;
}

void service_cgroup_make(const char *run, char out[SERVICE_CGROUP])
{
	char *parent CLEANUP_FREE = own_group();

	out[0] = '\0';
	if (!parent || strchr(parent, '\n') ||
	    snprintf(out, SERVICE_CGROUP, "%s/kiln-%s", parent, run) >= SERVICE_CGROUP ||
	    mkdir(out, 0755))
		out[0] = '\0';
}

void service_cgroup_enter(const char *group)
{
	char path[SERVICE_CGROUP + 16];

	if (!*group)
		return;
	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	int fd CLEANUP_FD = open(path, O_WRONLY | O_CLOEXEC);
	/* "0" is who writes. */
	if (fd >= 0)
		(void)!write(fd, "0", 1);
}

void service_cgroup_remove(const char *group)
{
	if (*group)
		rmdir(group);
}

size_t service_cgroup_members(const char *group, pid_t **out)
{
	char path[SERVICE_CGROUP + 16];
	BUF(text, LIMIT_TOOL_OUTPUT);
	struct str rest, line;
	ERR(ignored);
	size_t n = 0, cap = 0;
	uint64_t pid;

	*out = NULL;
	if (!*group)
		return 0;
	snprintf(path, sizeof(path), "%s/cgroup.procs", group);
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fd_read_all(fd, &text, &ignored))
		return 0;
	rest = buf_str(&text);
	while (str_split(&rest, '\n', &line)) {
		if (!str_to_u64(line, &pid) || pid > INT32_MAX)
			continue;
		ARRAY_GROW(*out, n, cap);
		(*out)[n++] = (pid_t)pid;
	}
	return n;
}
