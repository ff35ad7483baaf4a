/* SPDX-License-Identifier: MIT
 *
 * Starting a sandboxed child, and becoming a builder in it. The child is cloned by a short-lived
 * helper: fork(2) of a threaded process (libcurl resolves names in threads) leaves a usable
 * malloc, a bare clone(2) does not; CLONE_PARENT makes the grandchild ours.
 *
 * Messages on the status socket, child to parent: "M" asks for the identity map (root only;
 * answered by "K"), "E…" carries an error; its end means that the builder runs. */
#include "sandbox/sandbox_int.h"

#include <errno.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <linux/capability.h>

#include "base/file.h"
#include "base/process.h"

/* The host's user id behind a sandbox that root starts: where systemd and Nix take the ids of
 * containers from, so that it owns nothing and nobody logs in with it. */
enum { HOST_BUILD_ID = 872415232 };

static bool host_has_id(const char *map_file)
{
	FILE *f CLEANUP_FILE = fopen(map_file, "re");
	unsigned long inside, outside, count;

	if (!f)
		return false;
	while (fscanf(f, "%lu %lu %lu", &inside, &outside, &count) == 3) {
		if (inside <= HOST_BUILD_ID && HOST_BUILD_ID - inside < count)
			return true;
	}
	return false;
}

/* Root of a container may well be root without this right. */
static bool may_mount(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct have[2] = {0};

	return !syscall(SYS_capget, &head, have) && (have[0].effective & (1u << CAP_SYS_ADMIN));
}

struct sandbox_ids sandbox_ids(void)
{
	struct sandbox_ids ids = {.uid = geteuid(), .gid = getegid(), .privileged = false};

	if (ids.uid != 0 || !may_mount())
		return ids;
	ids.privileged = true;
	/* Inside a container only some ids exist; then files stay root's. */
	if (host_has_id("/proc/self/uid_map") && host_has_id("/proc/self/gid_map")) {
		ids.uid = HOST_BUILD_ID;
		ids.gid = HOST_BUILD_ID;
	}
	return ids;
}

static errint write_small(const char *path, const char *text, struct err *err)
{
	int fd CLEANUP_FD = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		return err_sys(err, "writing '%s'", path);
	return 0;
}

static errint write_maps(const char *proc, uid_t uid, gid_t gid, struct err *err)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "%s/setgroups", proc);
	errint rc = write_small(path, "deny", err);
	if (rc)
		return rc;
	snprintf(path, sizeof(path), "%s/uid_map", proc);
	snprintf(text, sizeof(text), "%d %u 1", SANDBOX_UID, (unsigned)uid);
	rc = write_small(path, text, err);
	if (rc)
		return rc;
	snprintf(path, sizeof(path), "%s/gid_map", proc);
	snprintf(text, sizeof(text), "%d %u 1", SANDBOX_GID, (unsigned)gid);
	return write_small(path, text, err);
}

/* In the child. */

void sandbox_send_err(int fd, const struct err *err)
{
	BUF(b, LIMIT_ERR_TEXT);

	buf_putc(&b, 'E');
	buf_put(&b, &err->code, sizeof(err->code));
	buf_put(&b, &err->sys, sizeof(err->sys));
	buf_putz(&b, err->msg ? err->msg : "");
	buf_putc(&b, '\0');
	buf_putz(&b, err->hint ? err->hint : "");
	(void)!send(fd, b.p, MIN(b.n, (size_t)65536), MSG_NOSIGNAL);
}

static errint loopback_up(struct err *err)
{
	int fd CLEANUP_FD = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq ifr = {.ifr_name = "lo"};

	if (fd < 0)
		return err_sys(err, "opening a socket");
	ifr.ifr_flags = IFF_UP | IFF_LOOPBACK | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		return err_sys(err, "bringing the loopback interface up");
	return 0;
}

static errint become_standard_process(const struct sandbox_spec *s, int log_fd, struct err *err)
{
	sigset_t none;

	if (!s->interactive && (dup2(log_fd, 1) < 0 || dup2(log_fd, 2) < 0))
		return err_sys(err, "redirecting standard output");
	for (int sig = 1; sig < NSIG; sig++)
		signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (!s->interactive && setsid() < 0)
		return err_sys(err, "making a session");
	umask(s->umask ? s->umask : 0022);
	struct rlimit core;
	if (!getrlimit(RLIMIT_CORE, &core)) {
		core.rlim_cur = 0;
		setrlimit(RLIMIT_CORE, &core);
	}
	return 0;
}

/* From the new root, so that nothing of the old one stays open. */
static errint close_standard_input(struct err *err)
{
	int null CLEANUP_FD = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0)
		return err_sys(err, "redirecting standard input");
	return 0;
}

static void set_personality(const struct sandbox_spec *s)
{
	unsigned long flags = s->random_addresses ? 0 : ADDR_NO_RANDOMIZE;

	if (s->old_uname)
		flags |= UNAME26;
	personality((s->linux32 ? PER_LINUX32 : PER_LINUX) | flags);
}

/* Gives up every capability that entering a user namespace gave. */
static errint drop_capabilities(struct err *err)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[2] = {0};

	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (syscall(SYS_capset, &head, none))
		return err_sys(err, "dropping capabilities");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return err_sys(err, "giving up new privileges");
	return 0;
}

/* Asks the parent for the identity map and waits until it is there. */
static errint request_map(int fd, struct err *err)
{
	char answer = 0;

	if (send(fd, "M", 1, MSG_NOSIGNAL) != 1 || recv(fd, &answer, 1, 0) != 1 || answer != 'K')
		return err_set(err, ERR_FAILED, "user ids could not be mapped");
	return 0;
}

static errint leave_root(struct sandbox_ids ids, int fd, struct err *err)
{
	uid_t uid = SANDBOX_UID;
	gid_t gid = SANDBOX_GID;

	/* In a user namespace where setgroups is denied, no group is left to drop. */
	if (setgroups(0, NULL) && errno != EPERM)
		return err_sys(err, "dropping groups");
	bool alone = !unshare(CLONE_NEWUSER);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!alone) {
		/* Without user namespaces the ids of the host are what is seen inside. */
		uid = ids.uid;
		gid = ids.gid;
	} else {
		errint rc = request_map(fd, err);
		if (rc)
			return rc;
	}
	if (setresgid(gid, gid, gid) || setresuid(uid, uid, uid))
		return err_sys(err, "becoming the build user");
	return 0;
}

static errint enter_namespaces(const struct sandbox_spec *s, struct sandbox_ids ids, int fd,
			       struct err *err)
{
	errint rc = 0;

	/* A caller that changed its user without an exec does not own /proc/self. */
	if (!ids.privileged) {
		prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
		rc = write_maps("/proc/self", ids.uid, ids.gid, err);
	}
	if (!rc && !s->network)
		rc = loopback_up(err);
	if (rc)
		return sandbox_explain(err);
	const char *host = s->host_name ? s->host_name : "localhost";
	if (sethostname(host, strlen(host)) || setdomainname("(none)", 6)) {
		err_sys(err, "setting the host name");
		return sandbox_explain(err);
	}
	rc = sandbox_enter(s, ids, err);
	if (!rc && ids.privileged)
		rc = leave_root(ids, fd, err);
	return rc;
}

/* Of our parent's descriptors only the status socket is needed (until the exec closes it). Its
 * other end must go at once, or we would not see the parent die. */
static errint close_others(int *fd, struct err *err)
{
	enum { STATUS = 3 };

	if (*fd != STATUS && dup3(*fd, STATUS, O_CLOEXEC) < 0)
		return err_sys(err, "keeping the status socket");
	close_range(STATUS + 1, ~0U, 0);
	*fd = STATUS;
	return 0;
}

/* The death signal does not come for a parent that died before it was asked for. */
static errint parent_alive(int fd, struct err *err)
{
	char c;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (recv(fd, &c, 1, MSG_DONTWAIT | MSG_PEEK) == 0)
		return err_set(err, ERR_INTERRUPTED, "nobody waits for this build any more");
	return 0;
}

/* Linux takes 128 KiB of one variable, and a part of the stack's limit of all. */
static errint cannot_execute(const struct sandbox_spec *s, struct err *err)
{
	const char *longest = "";
	size_t n = 0;

	errint rc = err_sys(err, "executing '%s'", s->program);
	if (err->sys != E2BIG)
		return process_exec_failed(rc, s->program, err);
	for (char *const *v = s->env; *v; v++) {
		size_t len = strlen(*v);

		longest = len > n ? *v : longest;
		n = MAX(n, len);
	}
	return err_hint(err,
			"the environment is too big, '%.*s' alone has %zu bytes: name it in "
			"passAsFile, or say __structuredAttrs = true",
			(int)strcspn(longest, "="), longest, n);
}

static errint become_builder(const struct sandbox_spec *s, struct sandbox_ids ids, int *fd,
			     int log_fd, struct err *err)
{
	/* Asked for again after each change of identity, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	errint rc = become_standard_process(s, log_fd, err);
	if (!rc)
		rc = close_others(fd, err);
	if (!rc && s->isolated)
		rc = enter_namespaces(s, ids, *fd, err);
	if (!rc && !s->interactive)
		rc = close_standard_input(err);
	if (!rc)
		rc = parent_alive(*fd, err);
	if (rc)
		return rc;
	if (chdir(s->cwd))
		return err_sys(err, "entering '%s'", s->cwd);
	set_personality(s);
	if (s->isolated) {
		rc = drop_capabilities(err);
		if (!rc && s->network)
			sandbox_scope_sockets();
		if (!rc)
			rc = sandbox_filter(err);
	}
	if (rc)
		return rc;
	if (s->builtin) {
		close(*fd);
		builtin_become(s->builtin, s->builtin_ctx);
	}
	if (s->services.n)
		rc = builtin_serve(&s->services, err);
	if (rc)
		return rc;
	execve(s->program, s->argv, s->env);
	return cannot_execute(s, err);
}

ATTR_NORETURN static void child_main(const struct sandbox_spec *s, struct sandbox_ids ids, int fd,
				     int log_fd)
{
	ERR(err);

	if (become_builder(s, ids, &fd, log_fd, &err))
		sandbox_send_err(fd, &err);
	_exit(127);
}

static unsigned long clone_flags(const struct sandbox_spec *s, struct sandbox_ids ids)
{
	unsigned long flags = SIGCHLD | CLONE_PARENT;

	if (!s->isolated)
		return flags;
	flags |= CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
	if (!s->network)
		flags |= CLONE_NEWNET;
	if (!ids.privileged)
		flags |= CLONE_NEWUSER;
	return flags;
}

/* What the grandchild is started with. */
struct starting {
	const struct sandbox_spec *s;
	struct sandbox_ids ids;
	int fd, log_fd, pid_fd;
};

static int child_start(void *ctx)
{
	struct starting *c = ctx;

	if (c->pid_fd >= 0)
		close(c->pid_fd);
	child_main(c->s, c->ids, c->fd, c->log_fd);
}

/* In the helper: clones, tells the process id (or -errno), and is done. The grandchild takes over
 * its memory, which nobody else needs any more, on a stack of its own: a second copy would cost as
 * much as the first. */
ATTR_NORETURN static void helper_main(const struct sandbox_spec *s, int fd, int log_fd, int pid_fd)
{
	enum { STACK = 8 << 20 };
	struct starting c = {s, {0}, fd, log_fd, pid_fd};
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);

	/* Asked for here: behind the clone everybody seems to be somebody else. */
	c.ids = sandbox_ids();
	int told = stack == MAP_FAILED ? -1
				       : clone(child_start, stack + STACK,
					       (int)clone_flags(s, c.ids) | CLONE_VM, &c);
	if (told < 0)
		told = -errno;
	/* No more than system calls from here on. */
	_exit(write(pid_fd, &told, sizeof(told)) == sizeof(told) ? 0 : 1);
}

/* In the parent. */

static errint receive_pid(int pid_fd, pid_t helper, pid_t *out, struct err *err)
{
	int told = 0, status;
	ssize_t n;

	do {
		n = read(pid_fd, &told, sizeof(told));
	} while (n < 0 && errno == EINTR);
	while (waitpid(helper, &status, 0) < 0 && errno == EINTR)
		;
	if (n != sizeof(told))
		return err_set(err, ERR_FAILED, "starting the sandbox: the helper died");
	if (told < 0) {
		errno = -told;
		err_sys(err, "making the sandbox's namespaces");
		return sandbox_explain(err);
	}
	*out = told;
	return 0;
}

/* The helper's child: in namespaces of its own, or at least with memory of its own. */
static errint start_apart(const struct sandbox_spec *s, int fd, int log_fd, pid_t *out,
			  struct err *err)
{
	int pids[2];

	if (pipe2(pids, O_CLOEXEC))
		return err_sys(err, "making a pipe");
	int pid_read CLEANUP_FD = pids[0], pid_write CLEANUP_FD = pids[1];
	pid_t helper = fork();

	if (helper < 0)
		return err_sys(err, "starting a process");
	if (helper == 0)
		helper_main(s, fd, log_fd, pid_write);
	close(STEAL_FD(pid_write));
	return receive_pid(pid_read, helper, out, err);
}

/* A program without a sandbox: on our own memory, as vfork(2) has it, since all that happens
 * before its execve(2) are a few system calls. We stand still until then. */
static errint start_plain(const struct sandbox_spec *s, int fd, int log_fd, pid_t *out,
			  struct err *err)
{
	enum { STACK = 256 << 10 };
	struct starting c = {s, sandbox_ids(), fd, log_fd, -1};
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	sigset_t all, before;

	if (stack == MAP_FAILED)
		return err_sys(err, "starting a process");
	/* Our handlers are not for the child, which has none of its own yet. */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &before);
	pid_t pid = clone(child_start, stack + STACK, CLONE_VM | CLONE_VFORK | SIGCHLD, &c);
	int sys = errno;
	sigprocmask(SIG_SETMASK, &before, NULL);
	munmap(stack, STACK);
	errno = sys;
	if (pid < 0)
		return err_sys(err, "starting a process");
	*out = pid;
	return 0;
}

errint sandbox_start(const struct sandbox_spec *s, int log_fd, struct sandbox_child *out,
		     struct err *err)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
		return err_sys(err, "making a socket pair");
	int ours CLEANUP_FD = ends[0], theirs CLEANUP_FD = ends[1];
	struct sandbox_child c = SANDBOX_CHILD_INIT;
	errint rc = s->isolated || s->builtin || s->services.n
			    ? start_apart(s, theirs, log_fd, &c.pid, err)
			    : start_plain(s, theirs, log_fd, &c.pid, err);
	if (rc)
		return rc;
	c.pidfd = (int)syscall(SYS_pidfd_open, c.pid, 0);
	c.status = STEAL_FD(ours);
	if (c.pidfd < 0) {
		rc = err_sys(err, "watching a process");
		sandbox_kill(&c);
		return rc;
	}
	*out = c;
	return 0;
}

static errint receive_err(const char *p, size_t n, struct err *err)
{
	int code, sys;

	if (n < sizeof(code) + sizeof(sys) + 1)
		return err_set(err, ERR_FAILED, "the sandbox failed without a word");
	memcpy(&code, p, sizeof(code));
	memcpy(&sys, p + sizeof(code), sizeof(sys));
	const char *msg = p + sizeof(code) + sizeof(sys);
	const char *hint = msg + strlen(msg) + 1;
	errint rc = err_set(err, code < 0 ? code : ERR_FAILED, "%s", msg);
	err->sys = sys;
	if (hint < p + n && *hint)
		err_hint(err, "%s", hint);
	return rc;
}

static errint answer_map(struct sandbox_child *c, struct err *err)
{
	struct sandbox_ids ids = sandbox_ids();
	char proc[32];

	snprintf(proc, sizeof(proc), "/proc/%d", (int)c->pid);
	errint rc = write_maps(proc, ids.uid, ids.gid, err);
	if (rc)
		return rc;
	if (send(c->status, "K", 1, MSG_NOSIGNAL) != 1)
		return err_sys(err, "answering the sandbox");
	return 0;
}

errint sandbox_status(struct sandbox_child *c, struct err *err)
{
	static char message[65536 + 1];
	ssize_t n = recv(c->status, message, sizeof(message) - 1, MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n > 0 && message[0] == 'M') {
		errint rc = answer_map(c, err);
		/* Without an answer the child gives up. */
		if (rc)
			close(STEAL_FD(c->status));
		return rc;
	}
	close(STEAL_FD(c->status));
	if (n <= 0)
		return 0;
	message[n] = '\0';
	return receive_err(message + 1, (size_t)n - 1, err);
}

errint sandbox_wait(struct sandbox_child *c, int *status, struct err *err)
{
	int st;
	pid_t pid;

	do {
		pid = waitpid(c->pid, &st, 0);
	} while (pid < 0 && errno == EINTR);
	if (pid < 0)
		return err_sys(err, "waiting for a builder");
	if (c->pidfd >= 0)
		close(STEAL_FD(c->pidfd));
	if (c->status >= 0)
		close(STEAL_FD(c->status));
	c->pid = -1;
	*status = st;
	return 0;
}

void sandbox_kill(struct sandbox_child *c)
{
	ERR(ignored);
	int status;

	if (c->pid < 0)
		return;
	/* It leads its session; without a process namespace the group is all there is to end. */
	kill(-c->pid, SIGKILL);
	kill(c->pid, SIGKILL);
	(void)!sandbox_wait(c, &status, &ignored);
}
