/* SPDX-License-Identifier: MIT
 *
 * Builds that really run, in a store of their own. Builders are the host's shell, bound into the
 * sandbox together with what it needs, and C functions. */
#include "job_fixture.h"

#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/environ.h"
#include "sandbox/sandbox.h"

static errint write_hello(const struct builtin_ctx *ctx, struct err *e)
{
	char *path CLEANUP_FREE = str_dupz(drv_output_find(ctx->drv, S("out"))->path);

	dprintf(ctx->log, "working in %s as %d\n", ctx->tmp, (int)getuid());
	if (drv_env_find(ctx->drv, S("refuse")))
		return err_set(e, ERR_FAILED, "it was told to refuse");
	return file_write(AT_FDCWD, path, S("hello\n"), 0644, 0, e);
}

static const struct builtin_builder builtins[] = {{"builtin:hello-1", write_hello}};
static const char *binds[8] = {"/bin?", "/lib?", "/lib64?", "/usr?"};
static size_t n_binds = 4;

static struct build_options options(void)
{
	return (struct build_options){
		.jobs = 2,
		.binds = binds,
		.n_binds = n_binds,
		.builtins = builtins,
		.n_builtins = ARRAY_LEN(builtins),
	};
}

static errint build(struct str drv_path, const struct build_options *o)
{
	struct build_wanted w = {.path = drv_path};

	return build_paths(store, &w, 1, o, NULL, &err);
}

/* A derivation that runs a script of the host's shell with its usual programs. */
static struct str script(const char *name, const char *text, const struct str *inputs, size_t n)
{
	return make_drv((struct maker){
		.name = name,
		.script = arena_printf(&a, "PATH=/usr/bin:/bin; %s", text),
		.inputs = inputs,
		.n_inputs = n,
	});
}

static struct str content(struct str store_path)
{
	char *real CLEANUP_FREE = store_real_path(store, store_path);
	BUF(b, 1 << 20);

	IS_OK(file_read(AT_FDCWD, real, &b, &err), err, "read an output");
	return arena_str(&a, buf_str(&b));
}

static struct path_info info_of(struct str path)
{
	struct path_info info = {0};

	IS_OK(store_query(store, &a, path, &info, &err), err, "is registered");
	return info;
}

/* Nothing but whole objects may be in the store folder. */
static void store_is_clean(const char *when)
{
	char *real CLEANUP_FREE = store_real_path(store, store_dir(store));
	struct dir_list l = {0};
	unsigned bad = 99, stray = 0;

	IS_OK(verify(store, true, &bad), err, "verify");
	IS_INT(bad, 0, when);
	IS_OK(dir_list(AT_FDCWD, real, &l, &err), err, "list the store");
	for (size_t i = 0; i < l.n; i++)
		stray += str_ends(str_c(l.v[i].name), S(".chroot"));
	IS_INT(stray, 0, "no build folder is left");
	dir_list_release(&l);
}

static void test_simple(void)
{
	struct build_options o = options();
	struct str low = script("low", "echo hello > $out; echo said", NULL, 0);
	struct str high =
		script("high",
		       arena_printf(&a, "mkdir $out; echo %.*s $out > $out/f; chmod 777 $out/f",
				    STR_ARG(output_of(low))),
		       &low, 1);
	BUF(log, 4096);

	IS_OK(build(high, &o), err, "a build and its input");
	IS_STR(content(output_of(low)), S("hello\n"), "what the builder wrote");
	struct path_info i = info_of(output_of(low));
	char hash[HASH_TEXT_MAX];
	IS_Z(hash_format(&i.nar_hash, HASH_SRI, true, hash),
	     "sha256-HDfQGvQL4ugGkd48w99EN3ppmvuxfGjwgJZLL9Bx/BM=", "the NAR hash that Nix has");
	OK(i.ultimate && str_eq(i.deriver, low) && i.n_refs == 0, "with its deriver");
	i = info_of(output_of(high));
	OK(i.n_refs == 2, "references to the input and to itself");
	IS_OK(build_log_read(store, low, &log, &err), err, "the log");
	IS_STR(buf_str(&log), S("said\n"), "holds what was said");
	uint64_t before = clock_ms();
	IS_OK(build(high, &o), err, "again");
	OK(clock_ms() - before < 100, "which is quick");
}

static void fails(struct str drv_path, const struct build_options *o, errint code, const char *part)
{
	errint rc = build(drv_path, o);
	char *text CLEANUP_FREE = err_format(&err);

	OK(rc == code && strstr(text, part), "%.*s", (int)strcspn(part, "\n"), part);
	if (rc != code || !strstr(text, part))
		printf("# %s: %s\n", err_code_name(rc), text);
	err_clear(&err);
}

static void test_failures(void)
{
	struct build_options o = options();
	struct str bad = script("bad", "for i in 1 2 3 4; do echo line $i; done; exit 7", NULL, 0);
	struct str above = script("above", "echo > $out", &bad, 1);
	struct str good = script("good", "sleep 0.2; echo > $out", NULL, 0);

	o.log_lines = 2;
	fails(above, &o, ERR_BUILD,
	      "failed with exit code 7\nlast 2 log lines:\n> line 3\n> line 4\n");
	fails(script("phased",
		     "echo Running phase: one; echo x; echo Running phase: two; echo y; exit 7",
		     NULL, 0),
	      &o, ERR_BUILD, "last 2 log lines:\n> Running phase: two\n> y\n");
	o.log_lines = 9;
	fails(script("phase",
		     "echo Running phase: one; echo x; echo Running phase: two; "
		     "echo '@nix {\"action\":\"setPhase\",\"phase\":\"two\"}'; echo y; exit 7",
		     NULL, 0),
	      &o, ERR_BUILD, "last 2 log lines:\n> Running phase: two\n> y\n");
	fails(script("message",
		     "echo x; echo '@nix {\"action\":\"setPhase\",\"phase\":\"two\"}'; echo y; exit 7",
		     NULL, 0),
	      &o, ERR_BUILD, "last 1 log lines:\n> y\n");
	fails(script("mute",
		     "echo x; echo '@nix {\"action\":\"setPhase\",\"phase\":\"two\"}'; exit 7",
		     NULL, 0),
	      &o, ERR_BUILD, "last 1 log lines:\n> x\n");
	fails(script("none", "true", NULL, 0), &o, ERR_BUILD, "failed to produce output path");
	fails(make_drv((struct maker){.name = "gone", .builder = "/nowhere/sh"}), &o, ERR_NOT_FOUND,
	      "executing '/nowhere/sh'");
	fails(make_drv((struct maker){.name = "refuses",
				      .builder = "builtin:hello-1",
				      .env = (const char *[]){"refuse", "1", NULL}}),
	      &o, ERR_BUILD, "> error: it was told to refuse");
	char *big CLEANUP_FREE = xasprintf("%0*d", 200000, 0);
	fails(make_drv((struct maker){.name = "big",
				      .builder = "/bin/sh",
				      .env = (const char *[]){"much", big, NULL}}),
	      &o, ERR_SYSTEM, "'much' alone has 200005 bytes: name it in passAsFile");
	o.timeout_s = 1;
	fails(script("slow", "sleep 30", NULL, 0), &o, ERR_TIMEOUT, "timed out after 1 seconds");
	o.timeout_s = 0;
	o.max_silent_s = 1;
	fails(script("silent", "echo; sleep 30", NULL, 0), &o, ERR_TIMEOUT, "seconds of silence");

	struct build_wanted w[] = {{.path = above}, {.path = good}};
	bool valid;
	o = options();
	o.keep_going = true;
	o.timeout_s = 1;
	w[1].path = script("late", "sleep 30", NULL, 0);
	errint rc = build_paths(store, w, 2, &o, NULL, &err);
	OK(rc && err_status(&err) == 101, "a failure and a timeout are 101 together");
	err_clear(&err);
	o.timeout_s = 0;
	w[1].path = good;
	rc = build_paths(store, w, 2, &o, NULL, &err);
	OK(rc == ERR_BUILD && err_status(&err) == 100, "keep going");
	err_clear(&err);
	IS_OK(store_is_valid(store, output_of(good), &valid, &err), err, "valid?");
	OK(valid, "what does not depend on the failure is built");
	store_is_clean("failures leave a clean store");
}

static void test_builtin(void)
{
	struct build_options o = options();
	struct str drv = make_drv((struct maker){.name = "hello", .builder = "builtin:hello-1"});
	BUF(log, 4096);

	IS_OK(build(drv, &o), err, "a built-in builder");
	IS_STR(content(output_of(drv)), S("hello\n"), "wrote its output");
	IS_OK(build_log_read(store, drv, &log, &err), err, "and its log");
	/* AddressSanitizer remarks before it that the child has a stack of its own. */
	OK(str_ends(buf_str(&log), S("working in /build as 1000\n")), "from inside the sandbox");
}

/* A program calls a built-in: asks, waits, and goes on. */
static void test_services(void)
{
	static const char *const env[] = {"requiredSystemFeatures", "kiln", NULL};
	struct build_options o = options();
	struct str drv = make_drv((struct maker){
		.name = "asks",
		.env = env,
		.script =
			"PATH=/usr/bin:/bin; mkdir $out; cd /proc/self/fd;"
			"ask() { printf '%s\\0' \"$@\" '' >250; read -r status <251; echo $status; };"
			"{ ask builtin:hello-1 out=$out/one; cat $out/one;"
			"ask builtin:hello-1 out=$out/two refuse=1; ask builtin:hello-1;"
			"ask builtin:hello-1 out=$out/two word; ask builtin:other-1 out=$out/two;"
			"ask builtin:hello-1 out=$out/two;"
			"cat /proc/2/environ || cat /proc/2/maps || echo closed;"
			"} >/build/said; cp /build/said $out/said",
	});
	struct str without =
		script("asks-not", "test ! -e /proc/self/fd/250 && echo > $out", NULL, 0);
	const char *said = arena_printf(&a, "%.*s/said", STR_ARG(output_of(drv)));
	BUF(log, 4096);

	IS_OK(build(drv, &o), err, "a program that calls a built-in");
	IS_STR(content(str_c(said)), S("0\nhello\n1\n1\n1\n1\n0\nclosed\n"),
	       "each call has its answer, and nobody looks into who answers");
	IS_OK(build_log_read(store, drv, &log, &err), err, "the log");
	OK(str_find(buf_str(&log), S("working in /build as 1000\n")) >= 0, "has what it said");
	OK(str_find(buf_str(&log), S("error: it was told to refuse\n")) >= 0, "its failure");
	OK(str_find(buf_str(&log), S("'builtin:other-1' is no built-in builder")) >= 0,
	   "that there is no such one");
	IS_OK(build(without, &o), err, "who does not ask for kiln has nobody to call");
}

static void test_world(void)
{
	struct build_options o = options();
	struct str low = script("input", "mkdir $out; echo > $out/f", NULL, 0);
	const char *input = arena_strz(&a, output_of(low));
	struct str drv = script(
		"world",
		arena_printf(
			&a,
			"exec > $out; id -u; id -g; pwd; umask; hostname; echo $$; ls /nix/store;"
			"ls /proc/net/dev_snmp6 2>/dev/null || sed -n 's/:.*//p' /proc/net/dev;"
			"touch %s/x 2>/dev/null || echo read-only; touch /x 2>/dev/null || echo closed;"
			"grep -E 'NoNewPrivs|CapEff' /proc/self/status;"
			"touch y; chmod 4755 y 2>/dev/null || echo no setuid;"
			"readlink /proc/self/fd/0; ulimit -c; echo $HOME $PATH $TMPDIR $NIX_STORE",
			input),
		&low, 1);

	IS_OK(build(drv, &o), err, "a builder looks around");
	BUF(want, 4096);
	buf_printf(&want,
		   "1000\n100\n/build\n0022\nlocalhost\n1\n%.*s\n%.*s\nlo\nread-only\nclosed\n"
		   "CapEff:\t0000000000000000\nNoNewPrivs:\t1\nno setuid\n/dev/null\n0\n"
		   "/homeless-shelter /usr/bin:/bin /build /nix/store\n",
		   STR_ARG(store_path_base(output_of(low))),
		   STR_ARG(store_path_base(output_of(drv))));
	struct str got = content(output_of(drv));
	/* ls sorts by name, and whose hash is smaller nobody knows. */
	BUF(swapped, 4096);
	buf_printf(&swapped, "1000\n100\n/build\n0022\nlocalhost\n1\n%.*s\n%.*s\n",
		   STR_ARG(store_path_base(output_of(drv))),
		   STR_ARG(store_path_base(output_of(low))));
	if (str_starts(got, buf_str(&swapped)))
		buf_puts(&swapped, str_skip(buf_str(&want), swapped.n));
	IS_STR(got,
	       str_starts(got, str_sub(buf_str(&swapped), 0, 80)) ? buf_str(&swapped)
								  : buf_str(&want),
	       "only its closure, no network, no rights");
}

static void test_fixed(void)
{
	/* sha256 of "hello\n", and of the NAR of that file */
	static const char flat[] =
		"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
	static const char nar[] =
		"1c37d01af40be2e80691de3cc3df44377a699afbb17c68f080964b2fd071fc13";
	struct build_options o = options();
	struct maker m = {.name = "fixed", .algo = "sha256", .hash = flat};

	m.script = "echo hello > $out";
	struct str good = make_drv(m);
	IS_OK(build(good, &o), err, "a fixed output");
	OK(str_starts(info_of(output_of(good)).ca, S("fixed:sha256:")), "is content-addressed");
	m.script = "echo other > $out";
	m.name = "fixed-bad";
	fails(make_drv(m), &o, ERR_MISMATCH,
	      "specified: sha256-WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=\n     got:    sha256-");
	m.algo = "r:sha256";
	m.hash = nar;
	m.name = "fixed-tree";
	m.script = "echo hello > $out";
	IS_OK(build(make_drv(m), &o), err, "a recursive one");
	m.name = "fixed-dir";
	m.script = "/bin/mkdir $out";
	fails(make_drv(m), &o, ERR_MISMATCH, "got:");
	m.algo = "sha256";
	fails(make_drv(m), &o, ERR_BUILD, "must be a file that is not executable");
	store_is_clean("mismatches leave a clean store");
}

static void test_rules(void)
{
	struct build_options o = options();
	struct str low = script("rule-low", "echo > $out", NULL, 0);
	struct maker m = {.inputs = &low, .n_inputs = 1};
	const char *names[] = {"allowedReferences", "disallowedReferences", "disallowedRequisites"};

	m.script = arena_printf(&a, "echo %.*s > $out", STR_ARG(output_of(low)));
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *path = arena_strz(&a, output_of(low));
		const char *forbids[] = {names[i], i ? path : "", NULL};
		const char *permits[] = {names[i], i ? "" : path, NULL};

		m.name = arena_printf(&a, "forbids%zu", i);
		m.env = forbids;
		fails(make_drv(m), &o, ERR_BUILD,
		      "is not allowed to refer to the following paths:");
		m.name = arena_printf(&a, "permits%zu", i);
		m.env = permits;
		IS_OK(build(make_drv(m), &o), err, names[i]);
	}
}

static void test_files(void)
{
	struct build_options o = options();
	struct maker m = {.name = "files"};

	m.env = (const char *[]){"passAsFile", "text", "text", "in a file", NULL};
	m.script = "PATH=/bin:/usr/bin; test -z \"$text\"; cat $textPath > $out";
	struct str drv = make_drv(m);
	IS_OK(build(drv, &o), err, "passAsFile");
	IS_STR(content(output_of(drv)), S("in a file"), "is the value");
	m = (struct maker){.name = "attrs"};
	m.env = (const char *[]){"__json", "{\"name\":\"attrs\",\"x\":1.50}", NULL};
	m.script =
		"PATH=/bin:/usr/bin; out=$(sed 's/.*\"out\":\"\\([^\"]*\\).*/\\1/' "
		"$NIX_ATTRS_JSON_FILE); sed 's,/nix/store/[^\"]*,OUT,' $NIX_ATTRS_JSON_FILE > $out";
	drv = make_drv(m);
	IS_OK(build(drv, &o), err, "structured attributes");
	IS_STR(content(output_of(drv)),
	       S("{\"name\":\"attrs\",\"outputs\":{\"out\":\"OUT\"},\"x\":1.50}"), "in a file");
}

static void test_check(void)
{
	struct build_options o = options();
	struct str same = script("same", "echo > $out", NULL, 0);
	struct str random = script("random", "cat /proc/sys/kernel/random/uuid > $out", NULL, 0);

	IS_OK(build(same, &o), err, "build");
	IS_OK(build(random, &o), err, "build");
	o.check = true;
	IS_OK(build(same, &o), err, "the same again");
	IS_INT(err_exit_status(ERR_DIFFERS), 104, "a difference has a status of its own");
	fails(random, &o, ERR_DIFFERS, "may not be deterministic");
	store_is_clean("checking changes nothing");
}

/* Writes over a file of the store. */
static void alter(struct str path, const char *text)
{
	char *real CLEANUP_FREE = store_real_path(store, path);

	chmod(real, 0644);
	IS_OK(file_write(AT_FDCWD, real, str_c(text), 0444, 0, &err), err, "an output is altered");
}

static void test_repair(void)
{
	struct build_options o = options();
	struct str same = script("repaired", "echo right > $out", NULL, 0);
	struct str random =
		script("random-repaired", "cat /proc/sys/kernel/random/uuid > $out", NULL, 0);

	IS_OK(build(same, &o), err, "build");
	IS_OK(build(random, &o), err, "build");
	o.check = o.repair = true;
	IS_OK(build(same, &o), err, "what is whole is compared");
	alter(output_of(same), "wrong\n");
	IS_OK(build(same, &o), err, "what was altered is built again");
	IS_STR(content(output_of(same)), S("right\n"), "and takes its place");
	alter(output_of(random), "wrong\n");
	fails(random, &o, ERR_DIFFERS, "may not be deterministic");
	IS_STR(content(output_of(random)), S("wrong\n"), "another output does not");
	o.check = o.repair = false;
	char *real CLEANUP_FREE = store_real_path(store, output_of(random));
	IS_OK(remove_tree(AT_FDCWD, real, &err), err, "away with it");
}

static struct str fetch(const char *name, const char *url, const char *hash)
{
	const char *env[] = {"url", url, NULL};

	return make_drv((struct maker){.name = name,
				       .builder = "builtin:fetchurl",
				       .env = env,
				       .algo = "sha256",
				       .hash = hash});
}

static void test_fetch(void)
{
	static const char right[] =
		"5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
	static const char wrong[] =
		"6891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
	struct build_options o = options();
	char *file CLEANUP_FREE = xasprintf("%s/source", root);
	const char *url = arena_printf(&a, "file://%s", file);
	struct str good = fetch("fetched", url, right), bad = fetch("fetched-bad", url, wrong);

	IS_OK(file_write(AT_FDCWD, file, S("hello\n"), 0600, 0, &err), err, "a source");
	IS_OK(build(good, &o), err, "a fetch");
	IS_STR(content(output_of(good)), S("hello\n"), "brings the file");
	fails(bad, &o, ERR_MISMATCH, "hash mismatch in fixed-output derivation");
	/* What a killed run had brought, whole, is not fetched again. */
	struct str kept = fetch("kept", "file:///nowhere", right);
	char *partial CLEANUP_FREE = xasprintf("%s/nix/var/nix/kiln/partial/%.*s", root,
					       STR_ARG(store_path_base(output_of(kept))));
	IS_OK(file_write(AT_FDCWD, partial, S("hello\n"), 0600, 0, &err), err, "left behind");
	IS_OK(build(kept, &o), err, "is taken");
	struct str stale = fetch("stale", url, right);
	char *real CLEANUP_FREE = store_real_path(store, output_of(stale));
	IS_OK(file_write(AT_FDCWD, real, S("hellO\n"), 0600, 0, &err), err, "a wrong leftover");
	IS_OK(build(stale, &o), err, "is fetched after all");
	IS_STR(content(output_of(stale)), S("hello\n"), "with the right bytes");
	o.check = true;
	IS_OK(build(good, &o), err, "fetched again to be checked");
	IS_STR(content(output_of(good)), S("hello\n"), "it is still there");
	IS_OK(file_write(AT_FDCWD, file, S("changed\n"), 0600, 0, &err), err, "the source changes");
	fails(good, &o, ERR_MISMATCH, "hash mismatch");
	IS_OK(file_write(AT_FDCWD, file, S("hello\n"), 0600, 0, &err), err, "and back");
	store_is_clean("fetches leave a clean store");
}

/* Runs fn with a handle of its own in a child process. */
static pid_t in_child(void (*fn)(struct str *), struct str *drvs)
{
	fflush(stdout);
	pid_t pid = fork();

	if (pid == 0) {
		/* Its checks are not the test's. */
		if (!freopen("/dev/null", "w", stdout))
			_exit(3);
		tap_failed = 0;
		fixture_open();
		fn(drvs);
		_exit(tap_failed ? 1 : 0);
	}
	return pid;
}

static int wait_for(pid_t pid)
{
	int status = -1;

	waitpid(pid, &status, 0);
	return status;
}

static void build_first(struct str *drvs)
{
	struct build_options o = options();

	IS_OK(build(drvs[0], &o), err, "build in a child");
}

static void test_two_processes(void)
{
	char *count CLEANUP_FREE = xasprintf("%s/count", root);
	BUF(lines, 4096);
	pid_t pids[3];

	if (mkdir(count, 0777) || chmod(count, 0777)) {
		OK(false, "a folder for the count");
		return;
	}
	binds[n_binds++] = arena_printf(&a, "/count=%s", count);
	struct str drv = script("once", "echo x >> /count/runs; sleep 0.3; echo > $out", NULL, 0);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		pids[i] = in_child(build_first, &drv);
	for (size_t i = 0; i < ARRAY_LEN(pids); i++)
		IS_INT(wait_for(pids[i]), 0, "each process has its output");
	char *runs CLEANUP_FREE = xasprintf("%s/runs", count);
	IS_OK(file_read(AT_FDCWD, runs, &lines, &err), err, "the count");
	IS_STR(buf_str(&lines), S("x\n"), "one of them built it");
	n_binds--;
}

/* kill -9 at moments all over a build of many; the last run completes it. */
static void test_kill(void)
{
	enum { PARTS = 12, KILLS = 25 };
	struct str parts[PARTS];
	char *source CLEANUP_FREE = xasprintf("%s/source", root);
	const char *url = arena_printf(&a, "file://%s", source);

	for (int i = 0; i < PARTS; i++) {
		const char *name = arena_printf(&a, "part%d", i);

		parts[i] =
			i % 3 ? script(name, "mkdir $out; for i in 1 2 3; do echo > $out/$i; done",
				       NULL, 0)
			      : fetch(name, url,
				      "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be0"
				      "3");
	}
	struct str all = script("all", "echo > $out", parts, PARTS);
	for (int i = 0; i < KILLS; i++) {
		pid_t pid = in_child(build_first, &all);

		usleep((useconds_t)(3000 + i * 7919 % 160000));
		kill(pid, SIGKILL);
		wait_for(pid);
	}
	/* What dies with its parent needs a moment to be gone. */
	usleep(100000);
	unsigned bad = 99;
	IS_OK(verify(store, true, &bad), err, "verify");
	IS_INT(bad, 0, "killed builds leave a clean store");
	struct build_options o = options();
	IS_OK(build(all, &o), err, "and can be completed");
	store_is_clean("after completion");
}

static void become_nobody_and_build(struct str *drvs)
{
	struct build_options o = options();

	if (setgroups(0, NULL) || setgid(65534) || setuid(65534))
		_exit(4);
	IS_OK(build(drvs[0], &o), err, "build as nobody");
	struct path_info info = info_of(output_of(drvs[0]));
	char hash[HASH_TEXT_MAX];
	IS_Z(hash_format(&info.nar_hash, HASH_SRI, true, hash),
	     "sha256-HDfQGvQL4ugGkd48w99EN3ppmvuxfGjwgJZLL9Bx/BM=", "the same bits");
}

static void give_tree(const char *path)
{
	struct dir_list l = {0};

	(void)!lchown(path, 65534, 65534);
	if (dir_list(AT_FDCWD, path, &l, &err)) {
		err_clear(&err);
		return;
	}
	for (size_t i = 0; i < l.n; i++) {
		char *child CLEANUP_FREE = path_join(str_c(path), str_c(l.v[i].name));

		give_tree(child);
	}
	dir_list_release(&l);
}

/* Not in a chroot, nor where the system forbids it. */
static bool nobody_has_namespaces(void)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(setgroups(0, NULL) || setgid(65534) || setuid(65534) ||
		      unshare(CLONE_NEWUSER));
	waitpid(pid, &status, 0);
	return status == 0;
}

static void test_nobody(void)
{
	char *old = root, *mine CLEANUP_FREE = NULL;

	if (geteuid() != 0 || !nobody_has_namespaces()) {
		tap_skip("build as another user",
			 "only root can become one, who needs user namespaces");
		return;
	}
	IS_OK(temp_dir(temp_dir_root(), "kiln-test-nobody-", &mine, &err), err, "scratch folder");
	struct store *kept = store;
	root = mine;
	fixture_open();
	struct str drv = script("as-nobody", "echo hello > $out", NULL, 0);
	store_close(store);
	give_tree(mine);
	IS_INT(wait_for(in_child(become_nobody_and_build, &drv)), 0,
	       "a user without rights builds the same");
	remove_tree_quietly(AT_FDCWD, mine);
	root = old;
	store = kept;
}

static bool sandbox_works(void)
{
	struct build_options o = options();
	struct str drv = make_drv((struct maker){.name = "probe", .builder = "builtin:hello-1"});
	errint rc = build(drv, &o);

	if (rc)
		printf("# %s\n", err.msg);
	err_clear(&err);
	return rc == 0;
}

int main(void)
{
	fixture_start();
	if (!sandbox_works()) {
		tap_skip("building", "no sandbox can be made here");
		fixture_end();
		return tap_done();
	}
	test_simple();
	test_failures();
	test_builtin();
	test_services();
	test_world();
	test_fixed();
	test_rules();
	test_files();
	test_check();
	test_repair();
	test_fetch();
	test_two_processes();
	test_kill();
	test_nobody();
	fixture_end();
	return tap_done();
}
