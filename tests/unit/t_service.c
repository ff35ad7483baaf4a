/* SPDX-License-Identifier: MIT
 *
 * service/: supervisors as a shell would have them, with small commands of sh. The program is its
 * own supervisor when it is called so. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "service/service_int.h"
#include "service/service_log.h"
#include "service/service_unit.h"
#include "tap.h"

static char *dir;
static const char *const env[] = {"PATH=/usr/local/bin:/usr/bin:/bin", "GREETING=hello", NULL};

static struct service_spec spec(const char *name, const char *command)
{
	return (struct service_spec){
		.name = name, .command = command, .env = env, .cwd = dir, .stop_seconds = 5};
}

static errint start(const struct service_spec *s, enum service_outcome *what, struct err *err)
{
	struct service_task t = {.spec = s};
	errint rc = services_start(dir, &t, 1, NULL, err);

	*what = t.outcome;
	if (rc)
		err_move(err, &t.err);
	service_tasks_release(&t, 1);
	return rc;
}

static errint stop(const char *name, enum service_outcome *what, struct err *err)
{
	struct service_spec s = spec(name, "");
	struct service_task t = {.spec = &s};
	errint rc = services_stop(dir, &t, 1, NULL, err);

	*what = t.outcome;
	if (rc)
		err_move(err, &t.err);
	service_tasks_release(&t, 1);
	return rc;
}

static struct service_status status(const char *name)
{
	struct service_status s = {0};
	ERR(err);

	IS_OK(service_status(dir, name, &s, &err), err, name);
	return s;
}

static void state_is(const char *name, enum service_state want, const char *what)
{
	struct service_status s CLEANUP(service_status_release) = status(name);

	IS_Z(service_state_text(s.state), service_state_text(want), what);
}

static bool collect(void *ctx, const char *name, struct str piece)
{
	(void)name;
	buf_puts(ctx, piece);
	return true;
}

static void log_is(const char *name, int64_t lines, const char *want, const char *what)
{
	BUF(b, LIMIT_TOOL_OUTPUT);
	ERR(err);

	IS_OK(services_logs(dir, &name, 1, lines, false, -1, collect, &b, &err), err, what);
	IS_Z(buf_z(&b), want, what);
}

static void wait_ms(unsigned ms)
{
	nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000},
		  NULL);
}

/* Waits until the number that a service wrote is there. */
static pid_t number_in(const char *file)
{
	char *path CLEANUP_FREE = xasprintf("%s/%s", dir, file);

	for (int i = 0; i < 500; i++) {
		BUF(b, LIMIT_SMALL_FILE);
		ERR(ignored);
		uint64_t n;

		if (!file_read(AT_FDCWD, path, &b, &ignored) &&
		    str_to_u64(str_trim(buf_str(&b)), &n) && n)
			return (pid_t)n;
		wait_ms(10);
	}
	return 0;
}

static bool is_gone(pid_t pid)
{
	return !process_is_there(process_identify(pid));
}

/* ---- texts ---- */

static void test_spec(void)
{
	struct service_spec s = spec("na me", "echo 'a=b'\nexit 3"), got = {0};
	char *folder CLEANUP_FREE = service_folder(dir, "../x y");
	char *want CLEANUP_FREE = xasprintf("%s/%%2E./x%%20y", dir);
	ARENA(a);
	ERR(err);

	free(want);
	want = xasprintf("%s/%%2E.%%2Fx%%20y", dir);
	IS_Z(folder, want, "a name is one file name");
	IS_OK(service_folder_make(folder, &err), err, "its folder");
	s.restart = SERVICE_RESTART_ALWAYS;
	s.stop_signal = SIGQUIT;
	s.is_daemon = true;
	s.shutdown_command = "kill $FLOX_PROCESS_PID";
	IS_OK(service_spec_write(folder, &s, &err), err, "a spec is written");
	IS_OK(service_spec_read(folder, &a, &got, &err), err, "and read");
	IS_Z(got.command, s.command, "its command");
	IS_Z(got.env[1], "GREETING=hello", "its environment");
	OK(!got.env[2], "which ends");
	IS_INT(got.restart, SERVICE_RESTART_ALWAYS, "restart");
	IS_INT(got.stop_signal, SIGQUIT, "signal");
	IS_INT(got.stop_seconds, 5, "seconds");
	OK(got.is_daemon && !got.ready, "daemon, and no address");
	IS_ERR(service_spec_parse(S("name=x"), &a, &got, &err), err, ERR_CORRUPT, "cut off");
	IS_ERR(service_spec_parse(S("name=x\0"), &a, &got, &err), err, ERR_CORRUPT, "not whole");
	IS_ERR(service_spec_parse(S("name=x\0nonsense\0"), &a, &got, &err), err, ERR_CORRUPT,
	       "no key");
	IS_ERR(service_check_name("", &err), err, ERR_USAGE, "no name");
	remove_tree_quietly(AT_FDCWD, folder);
}

static void test_url(void)
{
	static const char *const bad[] = {"https://127.0.0.1/",
					  "http://",
					  "http://example.org/",
					  "http://127.0.0.1:0/",
					  "http://127.0.0.1:70000/",
					  "http://[::1",
					  "http://127.0.0.1:80x/",
					  "http://127.0.0.1/a b",
					  "127.0.0.1:80"};
	struct service_url u;
	ERR(err);

	IS_OK(service_url_parse("http://127.0.0.1:8188/system_stats?x", &u, &err), err, "v4");
	IS_Z(u.host, "127.0.0.1", "host");
	IS_Z(u.port, "8188", "port");
	IS_Z(u.path, "/system_stats?x", "path");
	service_url_release(&u);
	IS_OK(service_url_parse("http://[::1]:81", &u, &err), err, "v6");
	IS_Z(u.host, "::1", "host");
	IS_Z(u.path, "/", "no path");
	service_url_release(&u);
	IS_OK(service_url_parse("http://localhost/", &u, &err), err, "localhost");
	IS_Z(u.port, "80", "port");
	service_url_release(&u);
	struct service_spec with = spec("x", "");
	with.env = (const char *const[]){"PORTS=1", "PORT=81", NULL};
	with.ready = "http://[::1]:${PORT}/$PORT/$/${x";
	IS_OK(service_ready_url(&with, &u, &err), err, "with variables");
	IS_Z(u.port, "81", "port");
	IS_Z(u.path, "/81/$/${x", "path");
	service_url_release(&u);
	with.ready = "http://127.0.0.1:$NONE/";
	IS_ERR(service_ready_url(&with, &u, &err), err, ERR_USAGE, "one that there is not");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_ERR(service_url_parse(bad[i], &u, &err), err, ERR_USAGE, bad[i]);
}

static void test_order(void)
{
	struct service_dependency on_b = {.service = "b"}, on_c = {.service = "c"},
				  on_a = {.service = "a"};
	struct service_spec s[] = {spec("a", ""), spec("b", ""), spec("c", ""), spec("other", "")};
	struct service_task t[] = {{.spec = &s[0]}, {.spec = &s[1]}, {.spec = &s[2]}};
	unsigned levels[3];
	size_t *v, n;
	ARENA(a);
	ERR(err);

	s[0].depends = &on_b;
	s[1].depends = &on_c;
	s[0].n_depends = s[1].n_depends = 1;
	IS_OK(service_levels(t, 3, levels, &err), err, "levels");
	OK(levels[0] == 2 && levels[1] == 1 && levels[2] == 0, "who needs comes later");
	IS_OK(services_select(s, 4, (const char *const[]){"a"}, 1, true, &a, &v, &n, &err), err,
	      "with what it needs");
	OK(n == 3 && v[2] == 2, "three");
	IS_OK(services_select(s, 4, NULL, 0, true, &a, &v, &n, &err), err, "all");
	IS_INT(n, 4, "four");
	IS_ERR(services_select(s, 4, (const char *const[]){"othr"}, 1, true, &a, &v, &n, &err), err,
	       ERR_NOT_FOUND, "a name that there is not");
	s[2].depends = &on_a;
	s[2].n_depends = 1;
	IS_ERR(service_levels(t, 3, levels, &err), err, ERR_FAILED, "a circle");
	s[1].depends = &(struct service_dependency){.service = "nobody"};
	IS_ERR(services_select(s, 4, NULL, 0, true, &a, &v, &n, &err), err, ERR_NOT_FOUND,
	       "depends on nobody");
	(void)on_c;
}

/* ---- lives ---- */

static void test_life(void)
{
	struct service_spec s = spec("life", "echo $GREETING $0; echo $$ > life.pid; sleep 300");
	enum service_outcome what;
	ERR(err);

	state_is("life", SERVICE_IS_STOPPED, "never started");
	IS_OK(start(&s, &what, &err), err, "is started");
	IS_INT(what, SERVICE_DONE, "done");
	state_is("life", SERVICE_IS_RUNNING, "runs");
	pid_t pid = number_in("life.pid");
	struct service_status st = status("life");
	IS_INT(st.pid, pid, "its process");
	OK(st.supervisor && getsid(st.supervisor) == st.supervisor, "a supervisor of its own");
	OK(getppid() != st.supervisor && !is_gone(st.supervisor), "which is there");
	service_status_release(&st);
	IS_OK(start(&s, &what, &err), err, "is started again");
	IS_INT(what, SERVICE_WAS_SO, "it runs already");
	IS_OK(stop("life", &what, &err), err, "is stopped");
	IS_INT(what, SERVICE_DONE, "done");
	OK(is_gone(pid) && is_gone(st.supervisor), "nothing is left");
	state_is("life", SERVICE_IS_STOPPED, "stopped");
	IS_OK(stop("life", &what, &err), err, "is stopped again");
	IS_INT(what, SERVICE_WAS_SO, "it was");
	log_is("life", SERVICE_LOG_ALL, "hello /usr/bin/bash\n", "what it printed");
}

static void test_ends(void)
{
	struct service_spec ok = spec("one-shot", "echo done"),
			    bad = spec("bad", "echo why >&2; exit 3"),
			    none = spec("none", "no-such-program-at-all");
	enum service_outcome what;
	ERR(err);

	IS_OK(start(&ok, &what, &err), err, "one that ends");
	IS_INT(what, SERVICE_ENDED, "has ended");
	state_is("one-shot", SERVICE_IS_COMPLETED, "completed");
	IS_INT(start(&bad, &what, &err), ERR_FAILED, "one that fails");
	OK(err.msg && strstr(err.msg, "'bad' exited with status 3"), "%s", err.msg);
	OK(err.detail && strstr(err.detail, "why"), "its last lines");
	err_clear(&err);
	struct service_status st CLEANUP(service_status_release) = status("bad");
	IS_INT(st.state, SERVICE_IS_FAILED, "failed");
	IS_INT(st.exit_code, 3, "its status is kept");
	IS_ERR(start(&none, &what, &err), err, ERR_FAILED, "a command that there is not");
	none.cwd = "/no/such/folder";
	IS_INT(start(&none, &what, &err), ERR_FAILED, "a folder that there is not");
	OK(err.msg && strstr(err.msg, "/no/such/folder"), "%s", err.msg);
	err_clear(&err);
}

static void test_tree(void)
{
	struct service_spec s =
		spec("tree", "setsid -f sh -c 'echo $$ > tree.pid; trap \"\" TERM; sleep 300' & "
			     "trap '' TERM; while :; do sleep 1; done");
	struct service_spec left =
		spec("left", "setsid -f sh -c 'echo $$ > left.pid; sleep 300'; sleep 0.3; exit 0");
	enum service_outcome what;
	ERR(err);

	s.stop_seconds = 1;
	IS_OK(start(&s, &what, &err), err, "one that ignores SIGTERM");
	pid_t pid = number_in("tree.pid");
	IS_OK(stop("tree", &what, &err), err, "is stopped");
	OK(pid && is_gone(pid), "with what called setsid");
	struct service_status st CLEANUP(service_status_release) = status("tree");
	IS_INT(st.exit_signal, SIGKILL, "killed");
	OK(st.message && strstr(st.message, "did not end within 1 s"), "%s", st.message);
	IS_OK(start(&left, &what, &err), err, "one that leaves something");
	pid = number_in("left.pid");
	for (int i = 0; i < 300 && !is_gone(pid); i++)
		wait_ms(10);
	OK(pid && is_gone(pid), "which is ended");
	wait_ms(200);
	state_is("left", SERVICE_IS_COMPLETED, "completed");
}

static void test_daemon(void)
{
	struct service_spec s =
		spec("daemon", "setsid -f sh -c 'echo $$ > daemon.pid; echo up; sleep 300'");
	enum service_outcome what;
	ERR(err);

	s.is_daemon = true;
	s.shutdown_command = "echo ends; kill $FLOX_PROCESS_PID";
	IS_OK(start(&s, &what, &err), err, "a daemon");
	pid_t pid = number_in("daemon.pid");
	state_is("daemon", SERVICE_IS_RUNNING, "runs");
	IS_OK(stop("daemon", &what, &err), err, "is stopped");
	OK(pid && is_gone(pid), "by its command");
	log_is("daemon", SERVICE_LOG_ALL, "up\nends\n", "which is heard");
}

static void test_restart(void)
{
	struct service_spec s = spec("again", "echo x >> again.count; exit 1");
	enum service_outcome what;
	ERR(err);

	s.restart = SERVICE_RESTART_ON_FAILURE;
	IS_ERR(start(&s, &what, &err), err, ERR_FAILED, "its first end is told");
	state_is("again", SERVICE_IS_RESTARTING, "but it goes on");
	wait_ms(1300);
	struct service_status st CLEANUP(service_status_release) = status("again");
	IS_INT(st.restarts, 1, "once, after a second");
	IS_OK(stop("again", &what, &err), err, "is stopped");
	state_is("again", SERVICE_IS_STOPPED, "stopped");
}

static void test_killed(void)
{
	struct service_spec s =
		spec("killed",
		     "setsid -f sh -c 'echo $$ > killed.pid; sleep 300'; "
		     "i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done; sleep 300");
	enum service_outcome what;
	ERR(err);

	IS_OK(start(&s, &what, &err), err, "one whose supervisor is killed");
	pid_t pid = number_in("killed.pid");
	struct service_status st = status("killed");
	kill(st.supervisor, SIGKILL);
	wait_ms(100);
	service_status_release(&st);
	st = status("killed");
	IS_INT(st.state, SERVICE_IS_RUNNING, "runs");
	OK(st.pid && !st.supervisor && st.message, "but is told to have none");
	pid_t main = st.pid;
	service_status_release(&st);
	IS_OK(start(&s, &what, &err), err, "is started");
	IS_INT(what, SERVICE_DONE, "anew");
	OK(is_gone(pid) && is_gone(main), "the old one was ended");
	st = status("killed");
	kill(st.supervisor, SIGKILL);
	service_status_release(&st);
	IS_OK(stop("killed", &what, &err), err, "and stopped without one");
	IS_INT(what, SERVICE_DONE, "done");
	OK(is_gone(number_in("killed.pid")), "nothing is left");
	BUF(b, LIMIT_TOOL_OUTPUT);
	const char *name = "killed";
	IS_OK(services_logs(dir, &name, 1, SERVICE_LOG_ALL, false, -1, collect, &b, &err), err,
	      "log");
	size_t lines = 0;
	for (size_t i = 0; i < b.n; i++)
		lines += b.p[i] == '\n';
	IS_INT(lines, 200, "no line is lost");
}

static void test_reboot(void)
{
	struct service_spec s = spec("boot", "sleep 300");
	char *file CLEANUP_FREE = xasprintf("%s/boot-id", dir);
	enum service_outcome what;
	ERR(err);

	IS_OK(file_write(AT_FDCWD, file, S("one\n"), 0600, 0, &err), err, "a boot");
	setenv("KILN_BOOT_ID_FILE", file, 1);
	IS_OK(start(&s, &what, &err), err, "a service of it");
	struct service_status st = status("boot");
	struct process_id main = process_identify(st.pid);
	kill(st.supervisor, SIGKILL);
	service_status_release(&st);
	IS_OK(file_write(AT_FDCWD, file, S("two\n"), 0600, 0, &err), err, "another boot");
	wait_ms(50);
	st = status("boot");
	IS_INT(st.state, SERVICE_IS_STOPPED, "it is not running now");
	OK(!st.pid && st.message && strstr(st.message, "machine"), "%s", st.message);
	service_status_release(&st);
	IS_OK(start(&s, &what, &err), err, "is started");
	OK(process_is_there(main), "whoever has the old number is left alone");
	(void)!process_signal(main, SIGKILL);
	IS_OK(stop("boot", &what, &err), err, "is stopped");
	unsetenv("KILN_BOOT_ID_FILE");
}

static void test_unit(void)
{
	struct service_dependency on = {.service = "data base"};
	struct service_spec s = spec("web", "echo \"$HOME\" 100%\nrun\\it");
	const char *const own[] = {"PORT=8188", NULL};
	BUF(b, LIMIT_SMALL_FILE);
	ERR(err);

	s.env = own;
	s.cwd = "/home/a b";
	s.depends = &on;
	s.n_depends = 1;
	s.restart = SERVICE_RESTART_ON_FAILURE;
	IS_OK(service_unit(&s, "web of demo", "demo-",
			   (const char *const[]){"/usr/bin/kiln", "activate", "-d", "/home/a b",
						 "--", NULL},
			   &b, &err),
	      err, "a unit");
	IS_Z(buf_z(&b),
	     "[Unit]\nDescription=web of demo\nWants=demo-data\\x20base.service\n"
	     "After=demo-data\\x20base.service\n\n[Service]\nType=exec\n"
	     "WorkingDirectory=/home/a b\nExecStart=\"/usr/bin/kiln\" \"activate\" \"-d\" "
	     "\"/home/a b\" \"--\" \"env\" \"PORT=8188\" \"bash\" \"-c\" "
	     "\"echo \\\"$$HOME\\\" 100%%\\nrun\\\\it\"\n"
	     "KillMode=control-group\nTimeoutStopSec=5\nTimeoutStartSec=infinity\n"
	     "Restart=on-failure\nRestartSec=1\n\n[Install]\nWantedBy=default.target\n",
	     "its text");
}

int main(int argc, char **argv)
{
	ERR(err);

	if (strcmp(argv[0], SERVICE_SUPERVISOR) == 0)
		return service_supervise(argc, argv, &err) ? 1 : 0;
	if (temp_dir(temp_dir_root(), "kiln-service.", &dir, &err))
		return 1;
	test_spec();
	test_url();
	test_order();
	test_life();
	test_ends();
	test_tree();
	test_daemon();
	test_restart();
	test_killed();
	test_reboot();
	test_unit();
	remove_tree_quietly(AT_FDCWD, dir);
	free(dir);
	return tap_done();
}
