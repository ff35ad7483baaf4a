/* SPDX-License-Identifier: MIT
 *
 * Why a sandbox could not be made, and the cure: the switches by which systems forbid user
 * namespaces to ordinary users. */
#include "sandbox/sandbox_int.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "base/file.h"
#include "sandbox/probe.h"

#define PROFILE "share/kiln/apparmor/kiln"

static bool sysctl_is(const char *path, char value)
{
	int fd CLEANUP_FD = open(path, O_RDONLY | O_CLOEXEC);
	char c = 0;

	return fd >= 0 && read(fd, &c, 1) == 1 && c == value;
}

/* X(file, value that forbids, the cure) */
#define SWITCHES(X)                                                                            \
	X("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", '1',                       \
	  "AppArmor forbids user namespaces: copy kiln's " PROFILE " to /etc/apparmor.d/kiln " \
	  "and run 'apparmor_parser -r /etc/apparmor.d/kiln' as root; or, for everybody, "     \
	  "'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'")                        \
	X("/proc/sys/kernel/unprivileged_userns_clone", '0',                                   \
	  "run 'sysctl -w kernel.unprivileged_userns_clone=1' as root")                        \
	X("/proc/sys/user/max_user_namespaces", '0',                                           \
	  "run 'sysctl -w user.max_user_namespaces=10000' as root")

static const struct {
	const char *file;
	char forbids;
	const char *cure;
} rows[] = {
#define X(file, forbids, cure) {file, forbids, cure},
	SWITCHES(X)
#undef X
};

void sandbox_cures(struct arena *a, const char ***out, size_t *n)
{
	*out = ARENA_ARRAY(a, const char *, ARRAY_LEN(rows));
	*n = 0;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (sysctl_is(rows[i].file, rows[i].forbids))
			(*out)[(*n)++] = rows[i].cure;
}

errint sandbox_explain(struct err *err)
{
	errint rc = err->code;
	bool denied = rc == ERR_DENIED || err->sys == EPERM || err->sys == EACCES ||
		      err->sys == ENOSPC || err->sys == EINVAL || err->sys == EUSERS;

	if (!denied || err->hint)
		return rc;
	err_wrap(err, "the sandbox needs namespaces, which this system refuses");
	bool found = false;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		if (!sysctl_is(rows[i].file, rows[i].forbids))
			continue;
		err_hint(err, "%s", rows[i].cure);
		found = true;
	}
	if (!found)
		err_hint(err,
			 "in a container, run it as privileged; in a chroot, as root; or build "
			 "with '--no-sandbox', which gives up what it guarantees");
	return rc;
}
