/* SPDX-License-Identifier: MIT
 *
 * TOML of src/base: values, the table rules of TOML 1.0, positions in errors. The cases were
 * compared once, with a hundred thousand generated ones, with Python's tomllib. */
#include "tap.h"

#include <math.h>
#include "base/buf.h"
#include "base/toml.h"

/* One line of text for a tree: "{a=1,b=[x,y]}". */
static void show(struct buf *b, const struct toml *t)
{
	switch (t->kind) {
	case TOML_STRING:
		buf_putc(b, '\'');
		buf_puts(b, t->text);
		buf_putc(b, '\'');
		break;
	case TOML_INTEGER:
		buf_printf(b, "%" PRId64, t->integer);
		break;
	case TOML_FLOAT:
		buf_printf(b, "f%g", t->number);
		break;
	case TOML_BOOLEAN:
		buf_putz(b, t->boolean ? "true" : "false");
		break;
	case TOML_ARRAY:
		buf_putc(b, '[');
		for (size_t i = 0; i < t->array.n; i++) {
			buf_putz(b, i ? "," : "");
			show(b, t->array.items[i]);
		}
		buf_putc(b, ']');
		break;
	case TOML_TABLE:
		buf_putc(b, '{');
		for (size_t i = 0; i < t->table.n; i++) {
			const struct toml_entry *e = &t->table.entries[i];

			buf_printf(b, "%s%.*s=", i ? "," : "", STR_ARG(e->key));
			show(b, e->value);
		}
		buf_putc(b, '}');
		break;
	default:
		buf_printf(b, "%s %.*s", toml_kind_text(t->kind), STR_ARG(t->text));
	}
}

static void valid(struct str text, const char *want)
{
	ARENA(a);
	ERR(err);
	BUF(b, 1 << 16);
	struct toml *root = NULL;
	errint rc = toml_parse(text, "t.toml", &a, &root, &err);

	if (rc)
		buf_printf(&b, "error: %s", err.msg);
	else
		show(&b, root);
	IS_Z(buf_z(&b), want, "the tree");
}

static void invalid(struct str text, const char *message)
{
	ARENA(a);
	ERR(err);
	struct toml *root = NULL;
	errint rc = toml_parse(text, "t.toml", &a, &root, &err);

	OK(rc == ERR_CORRUPT && !root, "refused");
	IS_Z(err.msg ? err.msg : "(accepted)", message, "the message");
}

#define VALID(text, want)      valid(S(text), want)
#define INVALID(text, message) invalid(S(text), "t.toml:" message)

static void test_strings(void)
{
	VALID("", "{}");
	VALID("\xef\xbb\xbf\r\n# only a comment", "{}");
	VALID("a = \"\\b\\t\\n\\f\\r\\\"\\\\\"", "{a='\b\t\n\f\r\"\\'}");
	VALID("a = \"\\u00e9\\U0001F600\\u0000\"\nb = 'c:\\x'", "{a='\xc3\xa9\xf0\x9f\x98\x80");
	VALID("a = \"\"\nb = ''", "{a='',b=''}");
	VALID("a = \"\"\"\na\r\nb \\\r\n   \n  c \\\"\"\"\"\"\"", "{a='a\nb c \"\"\"'}");
	VALID("a = \"\"\"\"\"x\"\"\"\"\"", "{a='\"\"x\"\"'}");
	VALID("a = '''\n\\n\n'''", "{a='\\n\n'}");
	VALID("a = ''''x''''", "{a=''x''}");
	INVALID("a = \"x\ny\"", "1:7: a string does not end");
	INVALID("a = '", "1:6: a string does not end");
	INVALID("a = \"\"\"\nx", "2:2: a string does not end");
	INVALID("a = \"\\e\"", "1:7: unknown escape in a string");
	INVALID("a = \"\"\"\\ x\"\"\"", "1:9: unknown escape in a string");
	INVALID("a = \"\\u12g4\"", "1:8: an escape needs 4 hexadecimal digits");
	INVALID("a = \"\\ud800\"", "1:8: 'd800' is not a Unicode character");
	INVALID("a = \"\\U00110000\"", "1:8: '00110000' is not a Unicode character");
	INVALID("a = \"\x01\"", "1:6: control character 0x01 in a string");
	INVALID("a = '''\r'''", "1:8: control character 0x0d in a string");
	INVALID("a = '\x7f'", "1:6: control character 0x7f in a string");
	INVALID("a = \"\xc0\x80\"", "1:6: not UTF-8 text (byte 0xc0)");
	INVALID("\n\xed\xa0\x80", "2:1: not UTF-8 text (byte 0xed)");
	INVALID("# \x01", "1:3: control character 0x01 in a comment");
}

static void test_numbers(void)
{
	VALID("a = [0, +0, -0, 1_000, -17]", "{a=[0,0,0,1000,-17]}");
	VALID("a = [0xDEAD_beef, 0o17, 0b101]", "{a=[3735928559,15,5]}");
	VALID("a = [9223372036854775807, -9223372036854775808]",
	      "{a=[9223372036854775807,-9223372036854775808]}");
	VALID("a = [1.0, -1.5e10, 1e0_5, 1E-3, 0e0, 1_0.2_5]",
	      "{a=[f1,f-1.5e+10,f100000,f0.001,f0,f10.25]}");
	VALID("a = [inf, -inf, +nan, 1e400]", "{a=[finf,f-inf,fnan,finf]}");
	VALID("a = [true, false]", "{a=[true,false]}");
	INVALID("a = 9223372036854775808", "1:5: '9223372036854775808' does not fit into 64 bits");
	INVALID("a = -9223372036854775809",
		"1:5: '-9223372036854775809' does not fit into 64 bits");
	INVALID("a = 0xFFFFFFFFFFFFFFFF", "1:5: '0xFFFFFFFFFFFFFFFF' does not fit into 64 bits");
	static const char *const words[] = {
		"01",   "1__0",  "_1",    "1_",  "0x",   "+0x1", "0o8",  "0b2",   "1.",
		".5",   "1.e5",  "1e",    "1e+", "00.1", "1_.0", "1._0", "1e5.0", "Inf",
		"True", "truex", "+true", "--1", "1-2",  "0xg",  "0X1",  "1.2.3"};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		char *text CLEANUP_FREE = xasprintf("a = %s", words[i]);
		char *want CLEANUP_FREE = xasprintf("t.toml:1:5: '%s' is not a value", words[i]);

		invalid(str_c(text), want);
	}
	INVALID("a = ", "1:5: a value is missing");
	INVALID("a = @", "1:5: a value is missing");
	INVALID("a = 1 2", "1:7: expected the end of the line");
	char *big CLEANUP_FREE = xmalloc(5000);

	memset(big, '1', 5000);
	memcpy(big, "a=", 2);
	invalid(str_n(big, 5000), "t.toml:1:3: a value of more than 1024 letters is not quoted");
}

static void test_dates(void)
{
	VALID("a = 1979-05-27T07:32:00.5-07:00", "{a=a date-time 1979-05-27T07:32:00.5-07:00}");
	VALID("a = 1979-05-27 07:32:00z", "{a=a date-time 1979-05-27 07:32:00z}");
	VALID("a = 1979-05-27t07:32:00", "{a=a local date-time 1979-05-27t07:32:00}");
	VALID("a = [2000-02-29 , 23:59:60]", "{a=[a local date 2000-02-29,a local time 23:59:60]}");
	VALID("a = 1979-05-27 # 07:32:00", "{a=a local date 1979-05-27}");
	static const char *const words[] = {
		"1979-02-30",
		"1900-02-29",
		"1979-13-01",
		"1979-00-01",
		"1979-1-01",
		"24:00:00",
		"07:60:00",
		"07:32",
		"07:32:00.",
		"07:32:00Z",
		"1979-05-27T07:32",
		"1979-05-27T07:32:00+24:00",
		"79-05-27",
		"12345-01-01",
		"1979-05-27T07:32:00+0700",
		"1979-05-27Z",
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++) {
		char *text CLEANUP_FREE = xasprintf("a = %s", words[i]);
		char *want CLEANUP_FREE = xasprintf("t.toml:1:5: '%s' is not a value", words[i]);

		invalid(str_c(text), want);
	}
}

static void test_keys(void)
{
	VALID("a.b . c = 1\na.d = 2", "{a={b={c=1},d=2}}");
	VALID("3.14 = 1\n-_ = 2\n'a.b' = 3\n\"\" = 4", "{3={14=1},-_=2,a.b=3,=4}");
	VALID("\"a\\u0062\" = 1\nc=2", "{ab=1,c=2}");
	INVALID("a = 1\na = 2", "2:1: 'a' is already an integer since line 1");
	INVALID("a = 1\n\"a\" = 2", "2:1: '\"a\"' is already an integer since line 1");
	INVALID("a = 1\na.b = 2", "2:1: 'a' is already an integer since line 1");
	INVALID("a.b = 1\na = 2", "2:1: 'a' is already a table since line 1");
	INVALID("= 1", "1:1: a key is missing");
	INVALID("a. = 1", "1:4: a key is missing");
	INVALID("\xc3\xa9 = 1", "1:1: a key is missing");
	INVALID("a b = 1", "1:3: expected '=' after the key 'a'");
	INVALID("a\n= 1", "1:2: expected '=' after the key 'a'");
	INVALID("\"\"\"a\"\"\" = 1", "1:1: a key cannot be a multi-line string");
	INVALID("a = 1 b = 2", "1:7: expected the end of the line");
}

static void test_tables(void)
{
	VALID("[a.b.c]\nx = 1\n[a]\ny = 2\n[a.b]\nz = 3", "{a={b={c={x=1},z=3},y=2}}");
	VALID("[ a . 'b' ] # c\nx = 1\n[]\n", "error: t.toml:3:2: a key is missing");
	VALID("[f]\na.c = 1\na.t.s = 2\n[f.a.x]\ny = 3", "{f={a={c=1,t={s=2},x={y=3}}}}");
	VALID("[[p]]\nn = 1\n[p.q]\nx = 1\n[[p]]\n[p.q]\nx = 2\n[[p.r]]\n[[p.r]]",
	      "{p=[{n=1,q={x=1}},{q={x=2},r=[{},{}]}]}");
	VALID("[a.b.c]\n[a]\nb.d = 1", "{a={b={c={},d=1}}}");
	INVALID("[a]\n[a]", "2:2: 'a' is already a table since line 1");
	INVALID("[a.b]\n[a]\nb.c = 1", "3:1: 'b' is already a table since line 1");
	INVALID("[a.b.c.d]\n[a]\nb.c.d.e = 1", "3:5: 'd' is already a table since line 1");
	INVALID("[f]\na.c = 1\n[f.a]", "3:4: 'a' is already a table since line 2");
	INVALID("a.b = 1\n[a]", "2:2: 'a' is already a table since line 1");
	INVALID("[a]\n[[a]]", "2:3: 'a' is already a table since line 1");
	INVALID("[[a]]\n[a]", "2:2: 'a' is already an array since line 1");
	INVALID("a = []\n[[a]]", "2:3: 'a' is already an array since line 1");
	INVALID("a = [{}]\n[a.b]", "2:2: 'a' is already an array since line 1");
	INVALID("[[a]]\n[b]\n[[a]]\nx = 1\nx = 2", "5:1: 'x' is already an integer since line 4");
	INVALID("[a.b]\n[[a]]", "2:3: 'a' is already a table since line 1");
	INVALID("[[a.b]]\n[a]\nb.y = 2", "3:1: 'b' is already an array since line 1");
	INVALID("[a]]", "1:4: expected the end of the line");
	INVALID("[[a] ]", "1:4: expected ']]' after the key 'a'");
	INVALID("[a\n]", "1:3: expected ']' after the key 'a'");
	INVALID("[a] b = 1", "1:5: expected the end of the line");
}

static void test_containers(void)
{
	VALID("a = [ 1, # c\n\n 2 ,\r\n]", "{a=[1,2]}");
	VALID("a = [[], [[1], 'x'], {}]", "{a=[[],[[1],'x'],{}]}");
	VALID("a = { b . c = 1, b.d = [\n2\n], 'e' = {} }", "{a={b={c=1,d=[2]},e={}}}");
	INVALID("a = [1 2]", "1:8: expected ',' or ']' in the array of line 1");
	INVALID("a = [,]", "1:6: a value is missing");
	INVALID("a = [1,,2]", "1:8: a value is missing");
	INVALID("a = [1", "1:7: expected ',' or ']' in the array of line 1");
	INVALID("a = {b = 1,}", "1:12: a key is missing");
	INVALID("a = {b = 1\n}", "1:11: expected ',' or '}' in an inline table");
	INVALID("a = {b = 1, b = 2}", "1:13: 'b' is already an integer since line 1");
	INVALID("a = {b = {c = 1}, b.d = 2}", "1:19: 'b' is already a table since line 1");
	INVALID("a = {}\na.b = 1", "2:1: 'a' is already a table since line 1");
	INVALID("a = {}\n[a.b]", "2:2: 'a' is already a table since line 1");
	INVALID("a = {b.c = 1}\n[a.b.d]", "2:2: 'a' is already a table since line 1");
}

static void test_depth(void)
{
	static const char *const units[] = {"[", "{a=", "a."};
	ARENA(a);

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		BUF(text, 1 << 20);
		ERR(err);
		struct toml *root;

		buf_putz(&text, i < 2 ? "a=" : "");
		for (int k = 0; k < 100000; k++)
			buf_putz(&text, units[i]);
		OK(toml_parse(buf_str(&text), "t", &a, &root, &err) == ERR_CORRUPT &&
			   strstr(err.msg, "nest deeper than 200"),
		   "100000 times '%s'", units[i]);
	}
}

static void test_access(void)
{
	ARENA(a);
	ERR(err);
	BUF(text, 1 << 20);
	struct toml *root = NULL;
	const struct toml *v = NULL;
	bool found = true;

	for (int i = 0; i < 5000; i++)
		buf_printf(&text, "key%d = %d\n", i, i);
	IS_OK(toml_parse(buf_str(&text), "t.toml", &a, &root, &err), err, "a table of 5000 keys");
	for (int i = 0; root && i < 5000; i++) {
		char key[20];

		snprintf(key, sizeof(key), "key%d", i);
		v = toml_get(root, str_c(key));
		found = found && v && v->integer == i && v->line == (unsigned)i + 1 &&
			str_eqz(root->table.entries[i].key, key);
	}
	OK(found, "has them all, in order");
	OK(!toml_get(root, S("key5000")) && !toml_get(root, S("")), "and no others");
	IS_OK(toml_want(root, "none", TOML_STRING, &v, &err), err, "an absent key is fine");
	OK(!v, "and gives NULL");
	IS_INT(toml_want(root, "key7", TOML_STRING, &v, &err), ERR_CORRUPT, "another kind is not");
	IS_Z(err.msg, "t.toml:8:8: 'key7' is an integer, not a string", "with its position");
	IS_INT(toml_need(root, "none", TOML_STRING, &v, &err), ERR_CORRUPT, "a key that must be");
	IS_Z(err.msg, "t.toml:1:1: 'none' is missing", "is missed");
	IS_OK(toml_need(root, "key9", TOML_INTEGER, &v, &err), err, "and found");
	IS_INT(v->integer, 9, "with its value");
}

int main(void)
{
	test_strings();
	test_numbers();
	test_dates();
	test_keys();
	test_tables();
	test_containers();
	test_depth();
	test_access();
	return tap_done();
}
