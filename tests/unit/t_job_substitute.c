/* SPDX-License-Identifier: MIT
 *
 * Substitution beside building, in one loop: a folder stands in for a binary cache. What is cached
 * is made first in a store of its own; the test's stores know only the derivations. What happened,
 * and in which order, is read from the debug lines of the report. */
#include "job_fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include "base/report.h"
#include "folder_cache.h"

static struct folder_cache cache = {.substituter = {&folder_ops}};
static struct buf told = BUF_INIT(1 << 22); /* what the last build said */
static const char *binds[] = {"/bin?", "/lib?", "/lib64?", "/usr?"};

/* Writes the text of its attribute, and a line for each input. */
static errint write_text(const struct builtin_ctx *ctx, struct err *e)
{
	for (size_t i = 0; i < ctx->drv->n_outputs; i++) {
		char *path CLEANUP_FREE = str_dupz(ctx->drv->outputs[i].path);
		const struct str *text = drv_env_find(ctx->drv, S("text"));
		errint rc =
			file_write(AT_FDCWD, path, text ? *text : S("built here\n"), 0644, 0, e);

		if (rc)
			return rc;
	}
	return 0;
}
static const struct builtin_builder builtins[] = {{"builtin:text-1", write_text}};

static struct build_options options(void)
{
	return (struct build_options){
		.jobs = 2,
		.binds = binds,
		.n_binds = ARRAY_LEN(binds),
		.builtins = builtins,
		.n_builtins = ARRAY_LEN(builtins),
		.substituter = &cache.substituter,
		.fallback = true,
	};
}

static struct str text_drv(const char *name, const char *text, const struct str *inputs, size_t n)
{
	const char *env[] = {"text", text, NULL};

	return make_drv((struct maker){
		.name = name,
		.builder = "builtin:text-1",
		.env = env,
		.inputs = inputs,
		.n_inputs = n,
	});
}

/* A derivation whose output refers to its input's. */
static struct str refers(const char *name, struct str input)
{
	return text_drv(name, arena_printf(&a, "%.*s\n", STR_ARG(output_of(input))), &input, 1);
}

static errint build_v(const struct build_wanted *w, size_t n, const struct build_options *o)
{
	char *log CLEANUP_FREE = xasprintf("%s/report", root);
	int fd CLEANUP_FD = open(log, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct report *r = report_new(fd, false, REPORT_DEBUG);
	ERR(ignored);
	errint rc = build_paths(store, w, n, o, r, &err);

	report_free(r);
	buf_clear(&told);
	IS_OK(file_read(AT_FDCWD, log, &told, &ignored), ignored, "what was told");
	return rc;
}

static errint build(struct str path, const struct build_options *o)
{
	struct build_wanted w = {.path = path};

	return build_v(&w, 1, o);
}

/* Where in the last report the goal of this path came to its end; -1: nowhere. */
static ptrdiff_t done_at(struct str path, const char *how)
{
	return str_find(buf_str(&told),
			str_c(arena_printf(&a, "'%.*s' is done: %s", STR_ARG(path), how)));
}
#define SUBSTITUTED "it is substituted"
#define BUILT       "it is built by a function of kiln"

static bool is_valid(struct str path)
{
	bool valid = false;

	IS_OK(store_is_valid(store, path, &valid, &err), err, "valid?");
	return valid;
}

/* Paths that are not what is registered. */
static unsigned damaged(void)
{
	struct verify_options o = {.contents = true};
	struct verify_result found = {0};
	ARENA(a);

	IS_OK(store_verify(store, &a, &o, &found, &err), err, "verify");
	return (unsigned)(found.n + found.dropped);
}

static void store_is_clean(const char *when)
{
	char *real CLEANUP_FREE = store_real_path(store, store_dir(store));
	struct dir_list l = {0};
	unsigned stray = 0;

	IS_INT(damaged(), 0, when);
	IS_OK(dir_list(AT_FDCWD, real, &l, &err), err, "list the store");
	for (size_t i = 0; i < l.n; i++)
		stray += str_ends(str_c(l.v[i].name), S(".chroot"));
	IS_INT(stray, 0, "no folder of a job is left");
	dir_list_release(&l);
}

/* A store that knows nothing yet. */
static void fresh_store(void)
{
	store_close(store);
	remove_tree_quietly(AT_FDCWD, root);
	if (mkdir(root, 0755))
		OK(false, "a fresh folder");
	fixture_open();
	cache.delay_ms = 0;
	cache.broken = cache.hang = NULL;
	cache.queries = 0;
}

/* Builds it here without a cache, and puts the outputs into the cache. */
static void publish(struct str drv)
{
	struct build_wanted w = {.path = drv};
	struct build_options o = options();
	struct str *v = NULL;
	size_t n = 0;

	o.substituter = NULL;
	IS_OK(build(drv, &o), err, "what will be in the cache");
	IS_OK(build_wanted_paths(store, &a, &w, 1, &v, &n, &err), err, "outputs");
	for (size_t i = 0; i < n; i++)
		IS_OK(folder_cache_add(&cache, store, v[i], &err), err, "is put there");
}

/* ---- cases ---- */

static void test_order(void)
{
	struct build_options o = options();
	struct str low = text_drv("low", "low\n", NULL, 0), mid = refers("mid", low);

	publish(low);
	publish(mid);
	fresh_store();
	low = text_drv("low", "low\n", NULL, 0);
	mid = refers("mid", low);
	struct str top = refers("top", mid);
	IS_OK(build(top, &o), err, "a build over substitutes");
	ptrdiff_t first = done_at(output_of(low), SUBSTITUTED);
	ptrdiff_t second = done_at(output_of(mid), SUBSTITUTED);
	OK(first >= 0 && first < second, "what it refers to comes first");
	OK(second < done_at(top, BUILT), "then what needs it");
	IS_INT(cache.queries, 3, "one question a level");
	struct path_info info = {0};
	IS_OK(store_query(store, &a, output_of(mid), &info, &err), err, "its row");
	OK(info.n_refs == 1 && str_eq(info.refs[0], output_of(low)) && !info.ultimate,
	   "has its references, and is not from here");
	store_is_clean("substitution leaves a clean store");
	IS_OK(build(top, &o), err, "again");
	IS_INT(cache.queries, 3, "asks nobody");
}

static void test_path(void)
{
	struct build_options o = options();
	struct str one = text_drv("plain", "plain\n", NULL, 0), path = output_of(one);

	publish(one);
	fresh_store();
	o.fallback = false;
	cache.broken = "plain";
	IS_ERR(build(path, &o), err, ERR_NETWORK, "a plain path that cannot be had");
	cache.broken = NULL;
	IS_OK(build(path, &o), err, "a plain path");
	OK(is_valid(path), "comes");
	path.p = arena_strz(&a, path);
	IS_ERR(build(S("/nix/store/00000000000000000000000000000000-nothing"), &o), err,
	       ERR_NOT_FOUND, "and one that no cache has");
}

/* What is lost midway is made here, and only for that its inputs are planned. */
static void test_midway(void)
{
	struct build_options o = options();

	for (int round = 0; round < 2; round++) {
		struct str deep = text_drv("deep", "deep\n", NULL, 0);
		struct str lost = text_drv("lost", "cached\n", &deep, 1);
		struct str other = text_drv("other", "other\n", NULL, 0);
		struct str kept = text_drv("kept", "cached\n", &other, 1);
		struct str both[] = {lost, kept};
		struct str top = text_drv("both", "both\n", both, 2);

		if (!round) {
			publish(lost);
			publish(kept);
			fresh_store();
			continue;
		}
		cache.broken = "lost";
		o.fallback = false;
		errint rc = build(top, &o);
		OK(rc == ERR_NETWORK &&
			   strstr(err.msg, "some substitutes for the outputs of derivation") &&
			   strstr(err.detail, "the line went dead") &&
			   strstr(err.hint, "--fallback"),
		   "without fallback that is the end: %s", err.msg ? err.msg : "");
		err_clear(&err);
		OK(!is_valid(output_of(deep)), "nothing is built for it");
		o.fallback = true;
		IS_OK(build(top, &o), err, "with fallback");
		OK(done_at(deep, BUILT) >= 0 && done_at(lost, BUILT) > done_at(deep, BUILT),
		   "its input is made, then itself");
		OK(!is_valid(output_of(other)), "nothing is made for what came");
		OK(done_at(lost, BUILT) < done_at(top, BUILT), "then what needs it");
		OK(str_find(buf_str(&told), S("warning: 'lost' is built here, since ")) >= 0,
		   "with a word of it");
	}
	store_is_clean("a lost substitute leaves a clean store");
}

/* One output comes, the other does not: both are made, and what was valid stays. */
static void test_outputs(void)
{
	struct build_options o = options();

	for (int round = 0; round < 2; round++) {
		struct str two = make_drv((struct maker){
			.name = "two", .builder = "builtin:text-1", .outputs = "doc out"});

		if (!round) {
			publish(two);
			fresh_store();
			continue;
		}
		cache.broken = "two-doc";
		IS_OK(build(two, &o), err, "one of two outputs is lost");
		OK(done_at(two, BUILT) >= 0, "so it is built");
	}
	store_is_clean("two outputs");
}

/* Whole or not at all: without its reference a path is not substituted. */
static void test_incomplete(void)
{
	struct build_options o = options();
	struct str path = STR_NULL;

	for (int round = 0; round < 2; round++) {
		struct str low = text_drv("absent", "absent\n", NULL, 0);
		struct str mid = refers("incomplete", low), top = refers("above", mid);

		if (!round) {
			publish(mid);
			publish(top);
			path = output_of(top);
			fresh_store();
			IS_ERR(build(path, &o), err, ERR_NOT_FOUND, "a path without its closure");
			continue;
		}
		o.fallback = false;
		IS_OK(build(top, &o), err, "a derivation whose substitute lacks a reference");
		OK(done_at(low, BUILT) >= 0 && done_at(mid, BUILT) >= 0 && done_at(top, BUILT) >= 0,
		   "is built, and so is what it refers to");
	}
}

static void test_corrupt(void)
{
	struct build_options o = options();

	for (int round = 0; round < 2; round++) {
		struct str drv = text_drv("corrupt", "right\n", NULL, 0);

		if (!round) {
			publish(drv);
			char *nar CLEANUP_FREE = cache_file(&cache, output_of(drv), "nar");
			BUF(bytes, 4096);
			IS_OK(file_read(AT_FDCWD, nar, &bytes, &err), err, "its NAR");
			bytes.p[str_find(buf_str(&bytes), S("right"))] = 'R';
			IS_OK(file_write(AT_FDCWD, nar, buf_str(&bytes), 0644, 0, &err), err,
			      "is altered");
			fresh_store();
			continue;
		}
		o.fallback = false;
		IS_ERR(build(drv, &o), err, ERR_NETWORK, "wrong bytes");
		OK(!is_valid(output_of(drv)), "are not registered");
		store_is_clean("wrong bytes leave a clean store");
		o.fallback = true;
		IS_OK(build(drv, &o), err, "with fallback it is built");
	}
}

static void test_keep_going(void)
{
	struct build_options o = options();
	struct str lost = text_drv("lost-too", "x\n", NULL, 0);

	publish(lost);
	fresh_store();
	struct build_wanted w[] = {{.path = text_drv("lost-too", "x\n", NULL, 0)},
				   {.path = text_drv("fine", "fine\n", NULL, 0)}};
	cache.broken = "lost-too";
	o.fallback = false;
	o.keep_going = true;
	IS_ERR(build_v(w, 2, &o), err, ERR_NETWORK, "a lost substitute, and keep going");
	OK(is_valid(output_of(w[1].path)), "what does not need it is built");
}

/* A build starts as soon as its own inputs are there. */
static void test_side_by_side(void)
{
	enum { N = 100 };
	struct build_options o = options();
	struct str *drvs = ARENA_ARRAY(&a, struct str, 2 * N);

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < N; i++) {
			const char *name = arena_printf(&a, "far%d", i);

			drvs[i] = text_drv(name, name, NULL, 0);
			if (!round)
				publish(drvs[i]);
			else
				drvs[N + i] = text_drv(arena_printf(&a, "near%d", i), "near",
						       &drvs[i], 1);
		}
		if (!round)
			fresh_store();
	}
	struct str top = text_drv("all-of-them", "top", drvs + N, N);
	cache.delay_ms = 40;
	IS_OK(build(top, &o), err, "100 substitutes and 100 builds");
	ptrdiff_t last_fetch = -1, first_build = PTRDIFF_MAX;
	unsigned n = 0;

	for (int i = 0; i < N; i++) {
		ptrdiff_t fetched = done_at(output_of(drvs[i]), SUBSTITUTED);
		ptrdiff_t built = done_at(drvs[N + i], BUILT);

		last_fetch = MAX(last_fetch, fetched);
		first_build = MIN(first_build, built);
		n += fetched >= 0 && built > fetched;
	}
	IS_INT(n, N, "each build after its own substitute");
	OK(first_build >= 0 && first_build < last_fetch,
	   "the first build ends before the last substitution does");
	store_is_clean("side by side");
}

static struct str fixed_drv(const char *name, const char *text)
{
	const char *env[] = {"text", text, NULL};
	char hex[HASH_TEXT_MAX];
	struct hash h;

	hash_bytes(HASH_SHA256, str_c(text), &h);
	hash_format(&h, HASH_BASE16, false, hex);
	return make_drv((struct maker){.name = name,
				       .builder = "builtin:text-1",
				       .env = env,
				       .algo = "sha256",
				       .hash = arena_strz(&a, str_c(hex))});
}

/* Of equally high ones, that whose file is the biggest. */
static void test_weights(void)
{
	static const char big[] = "much more than a line, and more, and still more of it\n";
	struct build_options o = options();
	struct build_wanted w[2];

	fresh_store();
	o.jobs = 1;
	o.substituter = NULL;
	struct str small_file = fixed_drv("small-file", "x\n");
	struct str big_file = fixed_drv("big-file", big);
	w[0].path = text_drv("of-small", "x", &small_file, 1);
	w[1].path = text_drv("of-big", "x", &big_file, 1);
	w[0].n_outputs = w[1].n_outputs = 0;
	IS_OK(build_v(w, 2, &o), err, "builders with a file each");
	OK(done_at(w[1].path, BUILT) < done_at(w[0].path, BUILT), "the bigger one goes first");
}

/* Among what could start, that with the longest way up goes first; equals in their order. */
static void test_heights(void)
{
	struct build_options o = options();
	struct build_wanted w[3];

	fresh_store();
	o.jobs = 1;
	o.substituter = NULL;
	struct str low = text_drv("way-low", "x", NULL, 0);
	struct str mid = text_drv("way-mid", "x", &low, 1);
	w[0].path = text_drv("short-one", "x", NULL, 0);
	w[1].path = text_drv("short-two", "x", NULL, 0);
	w[2].path = text_drv("way-top", "x", &mid, 1);
	for (size_t i = 0; i < ARRAY_LEN(w); i++)
		w[i].n_outputs = 0;
	IS_OK(build_v(w, 3, &o), err, "a chain beside single ones");
	OK(done_at(low, BUILT) < done_at(w[0].path, BUILT), "the chain's end goes first");
	OK(done_at(w[0].path, BUILT) < done_at(w[1].path, BUILT), "equals keep their order");
	const char *steps[] = {"' can start: it needs nothing",
			       "' runs: ", "' is made: ", "' is done: "};
	for (size_t i = 0; i < ARRAY_LEN(steps); i++)
		OK(str_find(buf_str(&told),
			    str_c(arena_printf(&a, "'%.*s%s", STR_ARG(low), steps[i]))) >= 0,
		   "it says that it %s", steps[i] + 2);
	OK(str_find(buf_str(&told), S("-way-top.drv' waits for its inputs: ")) >= 0,
	   "and who waits says so");
}

static pid_t build_in_child(struct str drv)
{
	fflush(stdout);
	pid_t pid = fork();

	if (pid == 0) {
		struct build_options o = options();

		if (!freopen("/dev/null", "w", stdout))
			_exit(3);
		fixture_open();
		_exit(build(drv, &o) ? 1 : 0);
	}
	return pid;
}

static void test_kill(void)
{
	enum { N = 6 };
	const char *asked = getenv("KILN_KILLS");
	int kills = asked ? (int)strtol(asked, NULL, 10) / 5 : 15;
	struct build_options o = options();
	struct str v[N];

	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < N; i++) {
			const char *name = arena_printf(&a, "kill%d", i);

			v[i] = i ? refers(name, v[i - 1]) : text_drv(name, name, NULL, 0);
			if (!round)
				publish(v[i]);
		}
		if (!round)
			fresh_store();
	}
	struct str top = text_drv("kill-all", "top", v, N);
	cache.delay_ms = 15;
	for (int i = 0; i < kills; i++) {
		pid_t pid = build_in_child(top);

		usleep((useconds_t)(3000 + i * 7919 % 90000));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		usleep(30000);
		IS_INT(damaged(), 0, "the store verifies after a kill");
	}
	OK(true, "killed %d times", kills);
	IS_OK(build(top, &o), err, "and completed");
	store_is_clean("after kills");
}

int main(void)
{
	char *dir CLEANUP_FREE = NULL;
	struct build_options o = options();

	fixture_start();
	IS_OK(temp_dir(temp_dir_root(), "kiln-test-cache-", &dir, &err), err, "cache folder");
	cache.dir = dir;
	o.substituter = NULL;
	if (build(text_drv("probe", "x", NULL, 0), &o)) {
		err_clear(&err);
		tap_skip("substituting beside building", "no sandbox can be made here");
	} else {
		test_order();
		test_path();
		test_midway();
		test_outputs();
		test_incomplete();
		test_corrupt();
		test_keep_going();
		test_side_by_side();
		test_heights();
		test_weights();
		test_kill();
	}
	buf_release(&told);
	remove_tree_quietly(AT_FDCWD, dir);
	fixture_end();
	return tap_done();
}
