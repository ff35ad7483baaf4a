/* SPDX-License-Identifier: MIT
 *
 * Strings, paths, buffers, arenas and errors of src/base. */
#include "tap.h"

#include <errno.h>
#include <sys/resource.h>
#include "base/arena.h"
#include "base/environ.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/sort.h"

static void test_split(void)
{
	struct str rest = S("a::b"), piece, head = S("h"), tail = S("t");

	OK(str_split(&rest, ':', &piece) && str_eqz(piece, "a"), "first piece");
	OK(str_split(&rest, ':', &piece) && piece.n == 0, "empty piece in the middle");
	OK(str_split(&rest, ':', &piece) && str_eqz(piece, "b"), "last piece");
	OK(!str_split(&rest, ':', &piece) && !rest.p, "nothing is left");
	rest = S("");
	OK(str_split(&rest, ':', &piece) && piece.n == 0, "an empty string is one empty piece");
	OK(!str_split(&rest, ':', &piece), "and only one");
	rest = S("a:");
	OK(str_split(&rest, ':', &piece) && str_split(&rest, ':', &piece) && piece.n == 0 &&
		   !str_split(&rest, ':', &piece),
	   "a trailing separator gives an empty last piece");
	OK(!str_cut(S("ab"), '=', &head, &tail) && str_eqz(head, "h") && str_eqz(tail, "t"),
	   "cut without a separator touches nothing");
	OK(str_cut(S("k=v=w"), '=', &head, &tail) && str_eqz(head, "k") && str_eqz(tail, "v=w"),
	   "cut is at the first separator");
}

static void test_search(void)
{
	IS_INT(str_chr(S("abcabc"), 'b'), 1, "first letter");
	IS_INT(str_rchr(S("abcabc"), 'b'), 4, "last letter");
	IS_INT(str_chr(S(""), 'b'), -1, "no letter in an empty string");
	IS_INT(str_chr(STR_NULL, 'b'), -1, "nor in the null string");
	IS_INT(str_find(S("abcabd"), S("abd")), 3, "find");
	IS_INT(str_find(S("abc"), S("")), 0, "an empty needle is at 0");
	IS_INT(str_find(S("ab"), S("abc")), -1, "a longer needle is nowhere");
	IS_INT(str_find(S("a\0b\0c"), S("\0c")), 3, "NUL is a letter");
	IS_STR(str_skip(S("abc"), 9), S(""), "skip is clamped");
	IS_STR(str_sub(S("abc"), 1, SIZE_MAX), S("bc"), "sub is clamped");
	IS_STR(str_trim(S(" \t a b\r\n")), S("a b"), "trim");
	IS_STR(str_trim(S(" \v\f ")), S(""), "trim of blanks");
	IS_STR(str_drop_prefix(S("v1.2"), S("v")), S("1.2"), "drop a prefix");
	IS_STR(str_drop_prefix(S("1.2"), S("v")), S("1.2"), "or not");
	IS_STR(str_drop_suffix(S("a.nix"), S(".nix")), S("a"), "drop a suffix");
	OK(str_cmp(S("a"), S("ab")) < 0 && str_cmp(S("b"), S("ab")) > 0 &&
		   str_cmp(S("\xff"), S("a")) > 0 && str_cmp(STR_NULL, S("")) == 0,
	   "order is by unsigned bytes, shorter first");
	OK(str_hash(S("abc")) == str_hash(str_n("abcd", 3)), "equal strings, equal hashes");
	OK(str_hash(S("")) != str_hash(S("\0")) && str_hash(S("ab")) != str_hash(S("ba")) &&
		   str_hash(S("12345678")) != str_hash(S("12345678\0")),
	   "length, order and NULs count in the hash");
}

static void test_numbers(void)
{
	uint64_t u = 7;
	int64_t i = 7;

	OK(str_to_u64(S("18446744073709551615"), &u) && u == UINT64_MAX, "biggest u64");
	u = 7;
	OK(str_to_u64_units(S("3k"), &u) && u == 3072, "a number with a unit");
	OK(str_to_u64_units(S("2T"), &u) && u == 2ULL << 40, "the biggest one");
	OK(!str_to_u64_units(S("16777216T"), &u) && !str_to_u64_units(S("K"), &u) &&
		   !str_to_u64_units(S("1KK"), &u) && !str_to_u64_units(S("1P"), &u),
	   "no more than fits, one unit, behind a number");
	u = 7;
	OK(!str_to_u64(S("18446744073709551616"), &u) && u == 7, "u64 overflow sets nothing");
	OK(!str_to_u64(S(""), &u) && !str_to_u64(S("+1"), &u) && !str_to_u64(S("-1"), &u) &&
		   !str_to_u64(S(" 1"), &u) && !str_to_u64(S("1x"), &u) &&
		   !str_to_u64(S("0x1"), &u),
	   "signs, blanks and letters are no numbers");
	OK(str_to_u64(S("007"), &u) && u == 7, "leading zeros are fine");
	OK(str_to_i64(S("9223372036854775807"), &i) && i == INT64_MAX, "biggest i64");
	OK(!str_to_i64(S("9223372036854775808"), &i), "i64 overflow");
}

static void test_distance(void)
{
	static const struct {
		const char *a, *b;
		unsigned max, want;
	} rows[] = {
		{"", "", 3, 0},
		{"build", "build", 3, 0},
		{"biuld", "build", 3, 1},
		{"buld", "build", 3, 1},
		{"buildd", "build", 3, 1},
		{"bxild", "build", 3, 1},
		{"kitten", "sitting", 5, 3},
		{"kitten", "sitting", 2, 3},
		{"", "abc", 5, 3},
		{"ca", "abc", 5, 3},
		{"abcdef", "x", 2, 3},
		{"activate", "audit", 2, 3},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		unsigned d = str_distance(str_c(rows[i].a), str_c(rows[i].b), rows[i].max);

		IS_INT(d, rows[i].want, rows[i].b);
		IS_INT(str_distance(str_c(rows[i].b), str_c(rows[i].a), rows[i].max), d,
		       "and the same the other way round");
	}
	char *big CLEANUP_FREE = xcalloc(1, 1 << 20);

	IS_INT(str_distance(str_n(big, 1 << 20), str_n(big, 1 << 20), 3), 4,
	       "strings too long to be names are far apart");
}

static void test_paths(void)
{
	static const struct {
		const char *in, *want;
	} clean[] = {
		{"/", "/"},           {"//", "/"},        {"/a/./b/../c", "/a/c"},
		{"/a//b/", "/a/b"},   {"/..", "/"},       {"/../../a", "/a"},
		{"/a/b/../..", "/"},  {"/...", "/..."},   {"/a/..b/.c", "/a/..b/.c"},
		{"/a/../../b", "/b"}, {"/a/b/.", "/a/b"}, {"/ab/cd/..", "/ab"},
	};

	for (size_t i = 0; i < ARRAY_LEN(clean); i++) {
		char *got CLEANUP_FREE = path_clean(str_c(clean[i].in));

		IS_Z(got, clean[i].want, clean[i].in);
	}
	IS_STR(path_base(S("/a/b.c")), S("b.c"), "base");
	IS_STR(path_base(S("b")), S("b"), "base without a folder");
	IS_STR(path_dir(S("/a/b")), S("/a"), "dir");
	IS_STR(path_dir(S("/a")), S("/"), "dir of a top level name");
	IS_STR(path_dir(S("a")), S("."), "dir of a bare name");
	static const char *const join[][3] = {
		{"a", "b", "a/b"},  {"a/", "b", "a/b"}, {"a", "/b", "a/b"}, {"/", "b", "/b"},
		{"/", "//b", "/b"}, {"", "b", "b"},     {"a", "", "a"},     {"", "/b", "/b"},
	};

	for (size_t i = 0; i < ARRAY_LEN(join); i++) {
		char *got CLEANUP_FREE = path_join(str_c(join[i][0]), str_c(join[i][1]));

		IS_Z(got, join[i][2], "join");
	}
	ERR(err);
	char *absolute CLEANUP_FREE = NULL;

	IS_OK(path_absolute(S("x/../y"), &absolute, &err), err, "absolute");
	OK(absolute && absolute[0] == '/' && str_ends(str_c(absolute), S("/y")),
	   "absolute starts at the working folder");
}

static void test_buf(void)
{
	BUF(b, 8);
	ERR(err);

	IS_Z(buf_z(&b), "", "an empty buffer is text");
	IS_STR(buf_str(&b), S(""), "and a string");
	buf_putz(&b, "12345");
	buf_printf(&b, "%d", 678);
	IS_Z(buf_z(&b), "12345678", "filled to the ceiling");
	IS_OK(buf_check(&b, "x", &err), err, "which is allowed");
	buf_putc(&b, '9');
	IS_Z(buf_z(&b), "12345678", "nothing beyond it");
	OK(buf_check(&b, "thing", &err) == ERR_TOO_BIG && strstr(err.msg, "thing is bigger"),
	   "and the check names what it was");
	err_clear(&err);
	buf_clear(&b);
	buf_putz(&b, "123456789");
	buf_putz(&b, "1");
	IS_INT(b.n, 0, "what follows a dropped append is dropped");
	buf_clear(&b);
	buf_puts(&b, S("a\0b"));
	IS_INT(b.n, 3, "NUL is a byte");
	OK(!buf_reserve(&b, SIZE_MAX), "a huge reserve does not wrap around");
	buf_clear(&b);
	buf_putz(&b, "xy");
	char *p CLEANUP_FREE = buf_steal(&b);

	IS_Z(p, "xy", "stolen");
	char *q CLEANUP_FREE = buf_steal(&b);

	IS_Z(q, "", "an empty buffer gives an empty string");
	BUF(none, 0);
	buf_putc(&none, 'x');
	OK(none.over && none.n == 0, "a ceiling of 0 holds nothing");
}

static void test_arena(void)
{
	ARENA(a);
	bool aligned = true, kept = true;
	char *all[2000];

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		size_t n = i % 7 == 0 ? i * 40 : i % 50;

		all[i] = arena_alloc(&a, n + 1);
		memset(all[i], (int)(i & 0x7f), n + 1);
		aligned = aligned && (uintptr_t)all[i] % 16 == 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		size_t n = i % 7 == 0 ? i * 40 : i % 50;

		for (size_t j = 0; j <= n; j++)
			kept = kept && all[i][j] == (char)(i & 0x7f);
	}
	OK(aligned, "allocations are aligned to 16");
	OK(kept, "allocations do not overlap");
	IS_Z(arena_printf(&a, "%s-%d", "x", 5), "x-5", "printf");
	IS_Z(arena_strz(&a, str_n("abcdef", 3)), "abc", "strz");
	IS_STR(arena_str(&a, STR_NULL), S(""), "the null string");
	const unsigned char *z = arena_calloc(&a, 1000, 3);
	bool zero = true;

	for (size_t i = 0; i < 3000; i++)
		zero = zero && z[i] == 0;
	OK(zero, "calloc clears");
	OK(a.total < 24 << 20, "12 MB take less than twice as much");
	arena_release(&a);
	OK(!a.blocks && !a.total && ARENA_NEW(&a, int), "usable again after its release");
}

static void test_err(void)
{
	ERR(err);

	errno = ENOENT;
	IS_INT(err_sys(&err, "cannot open '%s'", "x"), ERR_NOT_FOUND, "ENOENT has a code");
	IS_Z(err.msg, "cannot open 'x': No such file or directory", "and a text");
	IS_INT(err.sys, ENOENT, "and is kept");
	IS_INT(err_wrap(&err, "reading '%s'", "y"), ERR_NOT_FOUND, "wrap keeps the code");
	err_detail(&err, "specified: %d", 1);
	err_detail(&err, "got: %d", 2);
	err_hint(&err, "look elsewhere");
	err_hint(&err, "or not");
	char *text CLEANUP_FREE = err_format(&err);

	IS_Z(text,
	     "error: reading 'y': cannot open 'x': No such file or directory\n"
	     "specified: 1\ngot: 2\nhint: look elsewhere\nhint: or not\n",
	     "the whole text");
	err_set(&err, ERR_USAGE, "again: %s", err.msg);
	IS_Z(err.msg, "again: reading 'y': cannot open 'x': No such file or directory",
	     "a new message may quote the old one");
	OK(!err.detail && !err.hint && !err.sys, "and leaves nothing of the old error");
	ERR(to);
	IS_INT(err_move(&to, &err), ERR_USAGE, "move gives the code");
	OK(!err.code && !err.msg && to.code == ERR_USAGE, "and empties its source");
	IS_INT(err_exit_status(ERR_USAGE), 2, "exit status of a wrong command line");
	IS_INT(err_exit_status(ERR_MISMATCH), 102, "and of a wrong hash");
	IS_Z(err_code_name(ERR_BUILD), "BUILD", "code names");
	errno = EROFS;
	IS_INT(err_sys(&to, "x"), ERR_DENIED, "EROFS is a denial");
	errno = ENOSPC;
	IS_INT(err_sys(&to, "x"), ERR_SYSTEM, "ENOSPC is the system's");
	char *big CLEANUP_FREE = xmalloc((2 << 20) + 1);

	memset(big, 'x', 2 << 20);
	big[2 << 20] = '\0';
	err_set(&to, ERR_FAILED, "%s", big);
	IS_INT(strlen(to.msg), LIMIT_ERR_TEXT, "huge messages are cut");
	err_wrap(&to, "context");
	OK(to.msg[0] == 'x', "and keep what they have");
}

static void test_environ(void)
{
	setenv("T_BASE", "", 1);
	OK(!env_get("T_BASE"), "an empty variable is unset");
	IS_Z(env_or("T_BASE", "d"), "d", "and has the default");
	setenv("T_BASE", "yes", 1);
	OK(env_flag("T_BASE"), "yes is true");
	setenv("T_BASE", "0", 1);
	OK(!env_flag("T_BASE"), "0 is not");
	setenv("HOME", "/h", 1);
	setenv("XDG_CACHE_HOME", "relative", 1);
	unsetenv("XDG_DATA_HOME");
	setenv("XDG_STATE_HOME", "/s", 1);
	char *cache CLEANUP_FREE = user_cache_dir(), *data CLEANUP_FREE = user_data_dir(),
		    *state CLEANUP_FREE = user_state_dir();

	IS_Z(cache, "/h/.cache/kiln", "a relative XDG folder is ignored");
	IS_Z(data, "/h/.local/share/kiln", "without XDG it is below HOME");
	IS_Z(state, "/s/kiln", "XDG decides");
	unsetenv("HOME");
	char *config CLEANUP_FREE = user_config_dir();

	OK(config[0] == '/' && str_ends(str_c(config), S("/.config/kiln")),
	   "without HOME there still is a folder");
	OK(clock_unix() > 1600000000 && clock_ms() <= clock_ms(), "clocks");
}

static void test_memory(void)
{
	struct rlimit before, now;
	size_t left = memory_left();

	OK(left > 1 << 20, "the kernel tells how much memory is left");
	getrlimit(RLIMIT_DATA, &before);
	now = (struct rlimit){(rlim_t)1 << 40, before.rlim_max};
	setrlimit(RLIMIT_DATA, &now);
	OK(memory_address_limit() <= (size_t)1 << 40, "and a limit of this process");
	setrlimit(RLIMIT_DATA, &before);
}

struct ranked {
	int key, place;
};

static int by_key(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;

	return (x->key > y->key) - (x->key < y->key);
}

/* Every length up to where few ends, in several orders; equal ones stay as they stood. */
static void test_sort(void)
{
	size_t wrong = 0;

	for (size_t n = 0; n < 40; n++)
		for (unsigned seed = 1; seed < 30; seed++) {
			struct ranked v[40];
			unsigned r = seed;

			for (size_t i = 0; i < n; i++) {
				r = r * 1103515245 + 12345;
				v[i] = (struct ranked){seed == 1 ? (int)i : (int)(r >> 16) % 12,
						       (int)i};
			}
			sort_few(v, n, sizeof(*v), by_key);
			for (size_t i = 1; i < n; i++)
				wrong += v[i - 1].key > v[i].key ||
					 (n <= 16 && v[i - 1].key == v[i].key &&
					  v[i - 1].place > v[i].place);
		}
	IS_INT(wrong, 0, "lists in order");
}

int main(void)
{
	test_sort();
	test_split();
	test_search();
	test_numbers();
	test_distance();
	test_paths();
	test_buf();
	test_arena();
	test_err();
	test_environ();
	test_memory();
	return tap_done();
}
