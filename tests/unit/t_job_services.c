/* SPDX-License-Identifier: MIT
 *
 * A builder that abuses the built-in builders which it may call in the midst of its build: whoever
 * serves them has no right that it has not, is bounded, and ends with the build. The builder is
 * this program itself, called with the name of what to do. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/environ.h"
#include "job_fixture.h"
#include "sandbox/builtin.h"

/* ---- in the sandbox ---- */

static errint write_hello(const struct builtin_ctx *ctx, struct err *e)
{
	char *path CLEANUP_FREE = str_dupz(ctx->drv->outputs[0].path);

	if (drv_env_find(ctx->drv, S("hang")))
		pause();
	return file_write(AT_FDCWD, path, S("hello\n"), 0644, 0, e);
}

static const struct builtin_builder builtins[] = {{"builtin:hello-1", write_hello}};

/* The answer's first letter, or '-' where nobody answers any more. */
static char answer(void)
{
	char text[2];

	return read(BUILTIN_ANSWER_FD, text, 2) == 2 ? text[0] : '-';
}

static char ask_raw(const char *bytes, size_t n)
{
	signal(SIGPIPE, SIG_IGN);
	if (write(BUILTIN_REQUEST_FD, bytes, n) != (ssize_t)n)
		return '-';
	return answer();
}

#define ASK(words) ask_raw(words "\0", sizeof(words "\0"))

static char ask_for(const char *path)
{
	char text[LIMIT_PATH_TEXT];
	int n = snprintf(text, sizeof(text), "builtin:hello-1%cout=%s%c", 0, path, 0);

	return ask_raw(text, (size_t)n + 1);
}

static void make_out(const char *text)
{
	ERR(e);

	if (file_write(AT_FDCWD, getenv("out"), str_c(text), 0644, 0, &e))
		exit(7);
}

static void wait_for_all(void)
{
	while (wait(NULL) > 0)
		continue;
	make_out(errno == ECHILD ? "nobody" : "somebody");
}

static void write_elsewhere(void)
{
	char said[] = {ask_for(getenv("input")),
		       ask_for("/etc/passwd"),
		       ask_for("/new"),
		       ask_for(getenv("other")),
		       ask_for(""),
		       '\0'};

	make_out(said);
}

static void garble(void)
{
	char said[] = {ASK(""),

		       ASK("builtin:hello-1"),
		       ASK("builtin:hello-1\n\0out=/x"),
		       ASK("builtin:hello-1\0out=/build/a\0out=/build/b"),
		       ASK("builtin:hello-1\0=\0a"),
		       ASK("builtin:hello-1\0out=/build/a\nb"),
		       '\0'};

	make_out(access("/build/a\nb", F_OK) ? "no file" : said);
}

static void flood(void)
{
	static char much[1 << 20];
	char said[3] = {0};

	memset(much, 'x', sizeof(much));
	signal(SIGPIPE, SIG_IGN);
	for (int i = 0; i < 80; i++) {
		if (write(BUILTIN_REQUEST_FD, much, sizeof(much)) < 0)
			break;
	}
	said[0] = answer();
	said[1] = answer();
	make_out(said);
}

static void ask_often(void)
{
	int good = 0;

	for (int i = 0; i < 500; i++) {
		good += ask_for("/build/often") == '0';
		unlink("/build/often");
	}
	make_out(good == 500 ? "500" : "fewer");
}

static void kill_server(void)
{
	char said[3] = {0};

	said[0] = kill(2, SIGKILL) ? 'e' : 'k';
	said[1] = ask_for("/build/x");
	make_out(said);
}

/* As soon as it can. */
static void look_into_server(void)
{
	int fd = open("/proc/2/mem", O_RDWR);
	int fds = open("/proc/2/fd/0", O_RDONLY);

	make_out(fd < 0 && fds < 0 ? "closed" : "open");
}

static void count_descriptors(void)
{
	char said[64] = "";

	for (int fd = 0; fd < 1024; fd++) {
		if (fcntl(fd, F_GETFD) >= 0)
			snprintf(said + strlen(said), sizeof(said) - strlen(said), "%d ", fd);
	}
	make_out(said);
}

static void leave_hanging(void)
{
	static const char request[] = "builtin:hello-1\0out=/build/x\0hang=1\0";

	if (write(BUILTIN_REQUEST_FD, request, sizeof(request)) < 0)
		exit(8);
	make_out("left");
}

static void hang(void)
{
	ASK("builtin:hello-1\0out=/build/x\0hang=1");
}

static const struct abuse {
	const char *name;
	void (*run)(void);
	const char *made; /* what its output then is; NULL: see main() */
	const char *what;
} abuses[] = {
	{"wait", wait_for_all, "nobody", "who waits for all children waits for none of ours"},
	{"elsewhere", write_elsewhere, NULL, ""},
	{"garble", garble, "111110", "requests that make no sense are refused"},
	{"flood", flood, "1-", "an endless request is refused, and nobody listens any more"},
	{"often", ask_often, "500", "many calls"},
	{"kill", kill_server, "k-", "who kills the server has none"},
	{"look", look_into_server, "closed", "nobody looks into it, from the first moment on"},
	{"descriptors", count_descriptors, "0 1 2 250 251 ", "the builder has what it is told of"},
	{"left", leave_hanging, "left", "a call that hangs ends with the build"},
	{"hang", hang, NULL, ""},
};

static int be_builder(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(abuses); i++) {
		if (strcmp(name, abuses[i].name) == 0) {
			abuses[i].run();
			return 0;
		}
	}
	return 9;
}

/* ---- outside ---- */

static struct build_options options(void)
{
	static const char *binds[] = {"/bin?", "/lib?", "/lib64?", "/usr?", NULL};
	char self[LIMIT_PATH_TEXT];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	binds[4] = arena_printf(&a, "/abuser=%.*s", (int)MAX(n, (ssize_t)0), self);
	return (struct build_options){.jobs = 2,
				      .binds = binds,
				      .n_binds = 5,
				      .builtins = builtins,
				      .n_builtins = ARRAY_LEN(builtins),
				      .timeout_s = 60};
}

static errint build(struct str drv_path, const struct build_options *o)
{
	struct build_wanted w = {.path = drv_path};

	return build_paths(store, &w, 1, o, NULL, &err);
}

static struct str abuser(const char *name, const char *const *env, const struct str *inputs,
			 size_t n)
{
	return make_drv((struct maker){
		.name = name,
		.env = env,
		.script = arena_printf(&a, "exec /abuser %s", name),
		.inputs = inputs,
		.n_inputs = n,
	});
}

static struct str content(struct str store_path)
{
	char *real CLEANUP_FREE = store_real_path(store, store_path);
	BUF(b, 4096);

	err_clear(&err);
	if (file_read(AT_FDCWD, real, &b, &err))
		return S("(unreadable)");
	return arena_str(&a, buf_str(&b));
}

static const char *const plain_env[] = {"requiredSystemFeatures", "kiln", NULL};

static void test_abuses(const struct build_options *o)
{
	for (size_t i = 0; i < ARRAY_LEN(abuses); i++) {
		if (!abuses[i].made)
			continue;
		struct str drv = abuser(abuses[i].name, plain_env, NULL, 0);

		IS_OK(build(drv, o), err, abuses[i].name);
		IS_STR(content(output_of(drv)), str_c(abuses[i].made), abuses[i].what);
	}
}

static void test_elsewhere(const struct build_options *o)
{
	struct str low = make_drv((struct maker){.name = "low", .builder = "builtin:hello-1"});
	struct str other = make_drv((struct maker){.name = "other", .builder = "builtin:hello-1"});
	const char *input = arena_strz(&a, output_of(low)),
		   *free_path = arena_strz(&a, output_of(other));
	const char *const env[] = {"input", input, "other", free_path, "requiredSystemFeatures",
				   "kiln",  NULL};
	struct str drv = abuser("elsewhere", env, &low, 1);

	IS_OK(build(drv, o), err, "who writes elsewhere");
	IS_STR(content(output_of(drv)), S("11101"),
	       "cannot to an input, nor outside; to another's place only in its own sandbox");
	IS_STR(content(str_c(free_path)), S("(unreadable)"), "which nobody else sees");
	IS_STR(content(str_c(input)), S("hello\n"), "the input is what it was");
}

static void test_hang(const struct build_options *o)
{
	struct build_options soon = *o;
	uint64_t begin = clock_ms();

	soon.timeout_s = 1;
	IS_INT(build(abuser("hang", plain_env, NULL, 0), &soon), ERR_TIMEOUT, "a call that hangs");
	OK(str_find(str_c(err.msg), S("timed out")) >= 0, "is timed out: %s", err.msg);
	OK(clock_ms() - begin < 30000, "in time");
	err_clear(&err);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return be_builder(argv[1]);
	fixture_start();
	struct build_options o = options();
	if (build(make_drv((struct maker){.name = "probe", .builder = "builtin:hello-1"}), &o)) {
		tap_skip("abuses", "no sandbox can be made here");
	} else {
		test_abuses(&o);
		test_elsewhere(&o);
		test_hang(&o);
	}
	fixture_end();
	return tap_done();
}
