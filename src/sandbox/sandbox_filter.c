/* SPDX-License-Identifier: MIT
 *
 * What a builder may not ask of the kernel although its namespaces would let it. The list is
 * Nix's (manual, "filter-syscalls"): setuid and setgid bits, extended attributes and ACLs, which
 * a NAR cannot hold; 32 bit system calls are filtered as well. */
#include "sandbox/sandbox_int.h"

#include <errno.h>
#include <seccomp.h>
#include <unistd.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static void release_filter(scmp_filter_ctx *ctx)
{
	if (*ctx)
		seccomp_release(*ctx);
}

static int forbid_setid_bits(scmp_filter_ctx ctx)
{
	/* fchmodat2 (Linux 6.6) is younger than some libseccomp's tables; its number is the same
	 * on every architecture. */
	enum { SYS_FCHMODAT2 = 452 };
	static const struct {
		int syscall;
		unsigned arg;
	} calls[] = {
		{SCMP_SYS(chmod), 1},
		{SCMP_SYS(fchmod), 1},
		{SCMP_SYS(fchmodat), 2},
		{SYS_FCHMODAT2, 2},
	};
	static const unsigned bits[] = {S_ISUID, S_ISGID};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		for (size_t b = 0; b < ARRAY_LEN(bits); b++) {
			struct scmp_arg_cmp cmp =
				SCMP_CMP(calls[i].arg, SCMP_CMP_MASKED_EQ, bits[b], bits[b]);
			int status = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM),
							    calls[i].syscall, 1, &cmp);
			if (status)
				return status;
		}
	}
	return 0;
}

static int forbid_xattrs(scmp_filter_ctx ctx)
{
	static const int calls[] = {
		SCMP_SYS(listxattr), SCMP_SYS(llistxattr), SCMP_SYS(flistxattr),
		SCMP_SYS(getxattr),  SCMP_SYS(lgetxattr),  SCMP_SYS(fgetxattr),
		SCMP_SYS(setxattr),  SCMP_SYS(lsetxattr),  SCMP_SYS(fsetxattr),
	};

	for (size_t i = 0; i < ARRAY_LEN(calls); i++) {
		int status = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOTSUP), calls[i], 0);
		if (status)
			return status;
	}
	return 0;
}

errint sandbox_filter(struct err *err)
{
	scmp_filter_ctx ctx CLEANUP(release_filter) = seccomp_init(SCMP_ACT_ALLOW);

	if (!ctx)
		return err_set(err, ERR_FAILED, "making the system call filter");
#if defined(__x86_64__)
	if (seccomp_arch_add(ctx, SCMP_ARCH_X86) || seccomp_arch_add(ctx, SCMP_ARCH_X32))
		return err_set(err, ERR_FAILED, "adding 32 bit system calls to the filter");
#elif defined(__aarch64__)
	if (seccomp_arch_add(ctx, SCMP_ARCH_ARM))
		return err_set(err, ERR_FAILED, "adding 32 bit system calls to the filter");
#endif
	if (forbid_setid_bits(ctx) || forbid_xattrs(ctx))
		return err_set(err, ERR_FAILED, "adding a rule to the system call filter");
	int status = seccomp_load(ctx);
	if (status) {
		errno = -status;
		return err_sys(err, "loading the system call filter");
	}
	return 0;
}

void sandbox_scope_sockets(void)
{
	/* linux/landlock.h of Linux 6.12; older headers do not know `scoped`. */
	struct {
		uint64_t fs, net, scoped;
	} attr = {.scoped = 1 /* LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET */};
	int fd CLEANUP_FD = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (fd >= 0)
		syscall(SYS_landlock_restrict_self, fd, 0);
}
