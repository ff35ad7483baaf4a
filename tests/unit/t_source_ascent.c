/* SPDX-License-Identifier: MIT
 *
 * The ladder, rung by rung, each with a right answer, a wrong one and none; URLs are file: here,
 * and a port of this machine where nobody listens. tests/functional/net.sh has a web server. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/report.h"
#include "source/ascent.h"
#include "source/ladder.h"
#include "store/nar.h"
#include "tap.h"

static char *work;
static struct ladder *ladder;
static int said; /* what the ladder reports */

static char *in_work(const char *name)
{
	return path_join(str_c(work), str_c(name));
}

static void put(const char *name, const char *text)
{
	char *path CLEANUP_FREE = in_work(name);
	ERR(err);

	IS_OK(file_write(AT_FDCWD, path, str_c(text), 0644, 0, &err), err, name);
}

static void drop(const char *name)
{
	char *path CLEANUP_FREE = in_work(name);

	unlink(path);
}

static char *text_of(const char *name)
{
	char *path CLEANUP_FREE = in_work(name);
	BUF(b, LIMIT_SMALL_FILE);
	ERR(err);

	return file_read(AT_FDCWD, path, &b, &err) ? xstrdup("(absent)") : xstrdup(buf_z(&b));
}

/* What was reported since the last call. */
static bool reported(const char *part)
{
	BUF(b, LIMIT_SMALL_FILE);
	ERR(err);

	if (lseek(said, 0, SEEK_SET) || fd_read_all(said, &b, &err) || ftruncate(said, 0))
		return false;
	lseek(said, 0, SEEK_SET);
	return str_find(buf_str(&b), str_c(part)) >= 0;
}

static struct hash hash_of(const char *text)
{
	struct hash h;

	hash_bytes(HASH_SHA256, str_c(text), &h);
	return h;
}

/* Asks for the file "f" with the hash of `want`, from a mirror, an origin, or both. */
static struct ascent *ask(const char *want, bool mirror, bool origin, struct err *err)
{
	char *url CLEANUP_FREE = xasprintf("file://%s/origin/f", work);
	char *dest CLEANUP_FREE = in_work("dest");
	const char *urls[2] = {url, "mirror://m/f"};
	struct hash hash = hash_of(want);
	struct ascent *a = NULL;
	struct ascent_request r = {
		.urls = origin ? urls : urls + 1,
		.n_urls = (size_t)mirror + origin,
		.dest = dest,
		.hash = &hash,
		.algo = HASH_SHA256,
	};

	if (ascent_begin(ladder, &r, &a, err) || ascent_climb(a, err))
		return a;
	return a;
}

/* The rung that had it, and what came. */
static void comes_from(const char *rung, const char *what)
{
	struct ascent *a CLEANUP(ascent_cleanup) = NULL;
	char *text CLEANUP_FREE = NULL;
	ERR(err);

	a = ask("right", true, true, &err);
	text = text_of("dest");
	if (err.code || !ascent_result(a)->rung) {
		OK(false, "%s: %s", what, err.msg);
		return;
	}
	IS_Z(ascent_result(a)->rung, rung, what);
	IS_Z(text, "right", "the right bytes");
	drop("dest");
}

static void test_order(void)
{
	put("dest", "right");
	put("vendor/f", "right");
	put("mirror/f", "right");
	put("origin/f", "right");
	comes_from("store", "what is there already comes first");
	OK(reported("is left by an earlier run"), "and is told");
	comes_from("vendored", "then a vendored file");
	OK(reported("is a vendored file: 'file://"), "with its place");
	drop("vendor/f");
	comes_from("mirror", "then a mirror");
	OK(reported("'f': not a vendored file"),
	   "each rung that has nothing is told to who debugs");
	drop("mirror/f");
	comes_from("origin", "then the origin");
	OK(reported("is at its origin"), "which is told, too");
}

static void test_wrong(void)
{
	put("dest", "wrong left");
	put("vendor/f", "wrong vendored");
	put("mirror/f", "wrong mirror");
	put("origin/f", "right");
	comes_from("origin", "wrong answers are passed over");
	put("vendor/f", "right");
	comes_from("vendored", "up to the first right one");
}

static void test_named(void)
{
	char *vendored CLEANUP_FREE = xasprintf("'file://%s/vendor/f' is not what is wanted", work);
	char *mirror CLEANUP_FREE = xasprintf("'file://%s/mirror/f' is not what is wanted", work);
	char *got CLEANUP_FREE = NULL;
	char text[HASH_TEXT_MAX];
	struct hash h = hash_of("wrong mirror");
	struct ascent *a CLEANUP(ascent_cleanup) = NULL;
	ERR(err);

	put("vendor/f", "wrong vendored");
	comes_from("origin", "with two wrong ones");
	OK(reported(vendored), "the vendored one is named");
	comes_from("origin", "with two wrong ones");
	OK(reported(mirror), "and the mirror's");
	drop("vendor/f");
	a = ask("right", true, false, &err);
	IS_INT(err.code, ERR_MISMATCH, "where nothing else is left, it is an error");
	OK(str_starts(str_c(err.msg), S("hash mismatch in file downloaded from")), "%s", err.msg);
	got = xasprintf("  got:       %s", hash_format(&h, HASH_NIX32, true, text));
	OK(str_find(str_c(err.detail), str_c(got)) >= 0, "with the hash that came: %s", err.detail);
}

static void test_nothing(void)
{
	struct ascent *a CLEANUP(ascent_cleanup) = NULL;
	ERR(err);

	drop("mirror/f");
	drop("origin/f");
	a = ask("right", true, true, &err);
	IS_INT(err.code, ERR_NOT_FOUND, "nowhere");
	OK(str_find(str_c(err.detail), S("mirror/f': ")) >= 0 &&
		   str_find(str_c(err.detail), S("origin/f': ")) >= 0,
	   "each place is told: %s", err.detail);
	OK(str_find(str_c(err.hint), S("'mirror.m' in kiln.conf")) >= 0, "and the cure: %s",
	   err.hint);
}

static void test_offline(void)
{
	static const char *const urls[] = {"http://127.0.0.1:1/x/v1.tar.gz"};
	char *dest CLEANUP_FREE = in_work("dest");
	struct hash hash = hash_of("right");
	struct ascent_request r = {
		.urls = urls, .n_urls = 1, .dest = dest, .hash = &hash, .algo = HASH_SHA256};
	ERR(err);

	IS_INT(ladder_fetch(ladder, &r, &err), ERR_NETWORK, "an origin that does not answer");
	OK(str_find(str_c(err.hint), S("can this machine reach '127.0.0.1:1'")) >= 0,
	   "names its host: %s", err.hint);
	OK(str_find(str_c(err.hint), S("put it as 'v1.tar.gz' into the project's .flox/sources")) >=
		   0,
	   "and another way");
	put("vendor/v1.tar.gz", "right");
	err_clear(&err);
	IS_OK(ladder_fetch(ladder, &r, &err), err, "which works");
	drop("dest");
	r.hash = NULL;
	IS_INT(ladder_fetch(ladder, &r, &err), ERR_NETWORK, "but not without any hash");
	OK(str_find(str_c(err.hint), S("source-dirs")) < 0, "and then it is not proposed: %s",
	   err.hint);
	drop("vendor/v1.tar.gz");
}

/* The caller looks into what came and does not like it. */
static void test_rejected(void)
{
	char *url CLEANUP_FREE = xasprintf("file://%s/origin/f", work);
	char *dest CLEANUP_FREE = in_work("dest");
	char *text CLEANUP_FREE = NULL;
	const char *urls[] = {url};
	struct ascent_request r = {.urls = urls,
				   .n_urls = 1,
				   .dest = dest,
				   .algo = HASH_SHA256,
				   .checked_later = true,
				   .adopts = true};
	struct ascent *a CLEANUP(ascent_cleanup) = NULL;
	ERR(err);

	put("dest", "left");
	put("vendor/f", "vendored");
	put("origin/f", "original");
	IS_OK(ascent_begin(ladder, &r, &a, &err), err, "a file that is checked later");
	IS_OK(ascent_climb(a, &err), err, "comes");
	OK(ascent_result(a)->unread, "unread, from an earlier run");
	err_set(&err, ERR_MISMATCH, "the first is wrong");
	OK(ascent_reject(a, &err), "if that is wrong there is more");
	IS_OK(ascent_climb(a, &err), err, "comes");
	IS_Z(ascent_result(a)->rung, "vendored", "by its name alone");
	err_set(&err, ERR_MISMATCH, "the second is wrong");
	OK(ascent_reject(a, &err), "and more");
	IS_OK(ascent_climb(a, &err), err, "comes");
	IS_Z(ascent_result(a)->rung, "origin", "the last place");
	text = text_of("dest");
	IS_Z(text, "original", "its bytes");
	err_set(&err, ERR_MISMATCH, "the third is wrong");
	OK(!ascent_reject(a, &err), "then that is all");
	IS_Z(err.msg, "the third is wrong", "and the error stays the caller's");
	OK(access(dest, F_OK) != 0, "no wrong file stays");
}

/* A loop of one's own; what is dropped on the way harms nobody. */
static void test_loop(void)
{
	char *url CLEANUP_FREE = xasprintf("file://%s/origin/f", work);
	struct ascent *all[8] = {0}, *a;
	unsigned done = 0;
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		char *dest CLEANUP_FREE = xasprintf("%s/loop-%zu", work, i);
		const char *urls[] = {url};
		struct ascent_request r = {.urls = urls,
					   .n_urls = 1,
					   .dest = dest,
					   .algo = HASH_SHA256,
					   .ctx = &all[i]};

		IS_OK(ascent_begin(ladder, &r, &all[i], &err), err, "begin");
	}
	IS_INT(ladder_pending(ladder), ARRAY_LEN(all), "all are pending");
	ascent_free(all[3]);
	for (unsigned rounds = 0; ladder_pending(ladder) && rounds < 1000; rounds++) {
		IS_INT(ladder_step(ladder, ladder_timeout(ladder), NULL, 0, &err), 0, "step");
		while ((a = ladder_next(ladder))) {
			done += !ascent_result(a)->got.err.code &&
				*(struct ascent **)ascent_ctx(a) == a;
			ascent_free(a);
		}
	}
	IS_INT(done, ARRAY_LEN(all) - 1, "all others came");
	IS_INT(ladder_timeout(ladder), -1, "nothing is due");
}

/* One pass gives both hashes. */
static void test_nar(void)
{
	char *url CLEANUP_FREE = xasprintf("file://%s/origin/f", work);
	char *path CLEANUP_FREE = in_work("origin/f");
	char *dest CLEANUP_FREE = in_work("nar");
	const char *urls[] = {url};
	struct ascent_request r = {
		.urls = urls, .n_urls = 1, .dest = dest, .algo = HASH_SHA256, .nar = true};
	struct ascent *a CLEANUP(ascent_cleanup) = NULL;
	struct hash want;
	uint64_t size;
	ERR(err);

	IS_OK(nar_hash(AT_FDCWD, path, &want, &size, &err), err, "what the store would say");
	IS_OK(ascent_begin(ladder, &r, &a, &err), err, "begin");
	IS_OK(ascent_climb(a, &err), err, "climb");
	OK(ascent_result(a)->has_nar && hash_eq(&ascent_result(a)->nar_hash, &want) &&
		   ascent_result(a)->nar_size == size,
	   "is known as soon as the file is here");
	drop("nar");
}

static void make_folders(void)
{
	static const char *const names[] = {"vendor", "mirror", "origin"};
	char *conf CLEANUP_FREE = in_work("kiln.conf");
	char *text CLEANUP_FREE = xasprintf(
		"source-dirs = %s/none %s/vendor\nmirror.m = file://%s/mirror\n", work, work, work);
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path CLEANUP_FREE = in_work(names[i]);

		IS_OK(mkdir_p(AT_FDCWD, path, 0755, &err), err, names[i]);
	}
	put("kiln.conf", text);
	setenv("KILN_CONF", conf, 1);
}

int main(void)
{
	static const struct fetch_options quick = {.tries = 1, .pause_ms = 1};
	struct ladder_config config = {.fetch = &quick};
	struct report *report;
	ERR(err);

	if (temp_dir(temp_dir_root(), "t_source-", &work, &err)) {
		printf("Bail out! %s\n", err.msg);
		return 1;
	}
	make_folders();
	char *log CLEANUP_FREE = in_work("log");
	said = open(log, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	report = report_new(said, false, REPORT_DEBUG);
	ladder = ladder_new(&config, NULL, report);
	test_order();
	test_wrong();
	test_named();
	test_nothing();
	test_offline();
	test_rejected();
	test_loop();
	test_nar();
	ladder_free(ladder);
	report_free(report);
	close(said);
	remove_tree_quietly(AT_FDCWD, work);
	free(work);
	return tap_done();
}
