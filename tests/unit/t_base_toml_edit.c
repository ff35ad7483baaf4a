/* SPDX-License-Identifier: MIT
 *
 * Lines that are put into a person's TOML file, and dates as it has them. */
#include "tap.h"

#include "base/date.h"
#include "base/toml_edit.h"

static const struct toml_row rows[] = {{"x", {"1", 1}}, {"y", {"\"é\"", 4}}};

static void becomes(const char *text, const char *want)
{
	struct str path[] = {S("keys"), S("a-1")};
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	IS_OK(toml_edit_add(str_c(text), "f", path, 2, rows, 2, &out, &err), err, "an edit");
	IS_STR(buf_str(&out), str_c(want), "what it gives");
}

static void refused(const char *text, int code, const char *words)
{
	struct str path[] = {S("keys"), S("a-1")};
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);
	errint rc = toml_edit_add(str_c(text), "f", path, 2, rows, 2, &out, &err);

	IS_INT(rc, code, words);
	OK(err.msg && strstr(err.msg, words), "it says so: %s", err.msg ? err.msg : "");
	IS_INT(out.n, 0, "nothing comes out");
}

static void test_edits(void)
{
	const char *lines = "x = 1\ny = \"é\"\n";
	char want[512];

	snprintf(want, sizeof(want), "[keys.a-1]\n%s", lines);
	becomes("", want);
	snprintf(want, sizeof(want), "# mine\n\n[keys.a-1]\n%s", lines);
	becomes("# mine\n", want);
	snprintf(want, sizeof(want), "a = 1 # no end\n\n[keys.a-1]\n%s", lines);
	becomes("a = 1 # no end", want);
	becomes("a = 1\r\n", "a = 1\r\n\r\n[keys.a-1]\r\nx = 1\r\ny = \"é\"\r\n");
	/* Below a header that is there, wherever it stands and however it is spelled. */
	becomes("[keys.a-1] # c\nz = 2\n\n[other]\n",
		"[keys.a-1] # c\nx = 1\ny = \"é\"\nz = 2\n\n[other]\n");
	becomes("[ 'keys' . \"a-1\" ]", "[ 'keys' . \"a-1\" ]\nx = 1\ny = \"é\"\n");
	/* A text of several lines above it that looks like a header. */
	becomes("s = '''\n[keys.a-1]\n'''\n[keys.a-1]\nz = 1\n",
		"s = '''\n[keys.a-1]\n'''\n[keys.a-1]\nx = 1\ny = \"é\"\nz = 1\n");
	/* Only a longer header names it so far. */
	snprintf(want, sizeof(want), "[keys.a-1.more]\nz = 1\n\n[keys.a-1]\n%s", lines);
	becomes("[keys.a-1.more]\nz = 1\n", want);
	becomes("\xef\xbb\xbf[keys.a-1]\n", "\xef\xbb\xbf[keys.a-1]\nx = 1\ny = \"é\"\n");
}

static void test_refusals(void)
{
	refused("[keys.a-1]\nx = 2\n", ERR_EXISTS, "f:2:5: 'x' is there already");
	refused("keys.a-1.z = 1\n", ERR_UNSUPPORTED, "no header of its own");
	refused("keys = { a-1 = { } }\n", ERR_UNSUPPORTED, "no header of its own");
	refused("keys = { }\n", ERR_CORRUPT, "as it would be written");
	refused("keys = 5\n", ERR_CORRUPT, "as it would be written");
	refused("[keys]\na-1 = 5\n", ERR_CORRUPT, "not a table");
	refused("[keys\n", ERR_CORRUPT, "f:1:");
	refused("[[keys]]\n", ERR_UNSUPPORTED, "cannot be added to");
}

static void test_quoting(void)
{
	struct str path[] = {S("keys"), S("a \"b\" ü")};
	struct toml_row bad[] = {{"x", S("\"\x7f\"")}};
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	IS_OK(toml_edit_add(S(""), "f", path, 2, rows, 1, &out, &err), err, "an odd name");
	IS_STR(buf_str(&out), S("[keys.\"a \\\"b\\\" ü\"]\nx = 1\n"), "is quoted");
	buf_clear(&out);
	IS_ERR(toml_edit_add(S(""), "f", path, 2, bad, 1, &out, &err), err, ERR_CORRUPT,
	       "what TOML does not take is not written");
}

static void test_dates(void)
{
	static const struct {
		const char *text;
		int64_t at;
	} good[] = {
		{"1970-01-01T00:00:00Z", 0},
		{"1970-01-01", 0},
		{"2026-11-29T19:04:12Z", 1795979052},
		{"2026-11-29t19:04:12.999z", 1795979052},
		{"2026-11-29 21:04:12+02:00", 1795979052},
		{"2026-11-29T18:34:12-00:30", 1795979052},
		{"2024-02-29", 1709164800},
		{"1969-12-31T23:59:59Z", -1},
		{"9999-12-31T23:59:59Z", 253402300799},
	};
	static const char *const bad[] = {
		"",
		"2026",
		"2026-11-31",
		"2026-02-29",
		"2100-02-29",
		"2026-13-01",
		"2026-00-01",
		"0000-01-01",
		"2026-11-29T",
		"2026-11-29T24:00:00Z",
		"2026-11-29T19:04:12",
		"2026-11-29T19:04:12.Z",
		"2026-11-29T19:04:12+2:00",
		"2026-11-29T19:04:12Z ",
		" 2026-11-29",
		"2026-11-29T19:04Z",
		"+026-11-29",
	};
	char text[DATE_TEXT_MAX];
	int64_t at;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		IS_INT(date_parse(str_c(good[i].text), &at), 1, good[i].text);
		IS_INT(at, good[i].at, good[i].text);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_INT(date_parse(str_c(bad[i]), &at), 0, bad[i]);
	IS_Z(date_print(1795979052, text), "2026-11-29T19:04:12Z", "printed");
	for (int64_t t = -3 * 86400; t < (int64_t)40000 * 86400; t += 7777777)
		if (!date_parse(str_c(date_print(t, text)), &at) || at != t)
			OK(false, "%s", text);
}

int main(void)
{
	test_edits();
	test_refusals();
	test_quoting();
	test_dates();
	return tap_done();
}
