/* SPDX-License-Identifier: MIT
 *
 * What a derivation says of how to build it: the JSON scanner, attributes in both forms, the
 * shell's file of structured attributes (whose text is Nix's), placeholders. */
#include "plan/build_attrs.h"

#include "job/build_attrs_file.h"
#include "job/build_env.h"
#include "tap.h"

static struct arena a;
static struct err err;

static void scanner_takes(const char *json, size_t want)
{
	struct json_member *v;
	size_t n = 99;

	IS_OK(json_members(&a, str_c(json), &v, &n, &err), err, json);
	IS_INT(n, want, "members");
}

static void scanner_refuses(const char *json)
{
	struct json_member *v;
	size_t n;

	IS_ERR(json_members(&a, str_c(json), &v, &n, &err), err, ERR_CORRUPT, json);
}

static void test_scanner(void)
{
	static const char *const bad[] = {
		"",
		"[",
		"{\"a\"}",
		"{\"a\":}",
		"{\"a\":1,}",
		"{\"a\":1",
		"{\"a\":1} x",
		"{a:1}",
		"{\"a\":\"x}",
		"{\"a\":[1}",
		"{\"a\" 1}",
		"{\"a\":[1,]}",
		"{\"a\":{1}}",
		"{\"\\u00zz\":1}",
		"{\"\\ud800\":1}",
	};
	struct json_member *v;
	struct str s;
	size_t n;

	scanner_takes("{}", 0);
	scanner_takes(" { \"a\" : 1 , \"b\" : [ 1 , { } , \"}\" ] } ", 2);
	scanner_takes("{\"a\":{\"b\":{\"c\":[[[]]]}}}", 1);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		scanner_refuses(bad[i]);
	IS_OK(json_members(&a, S("{\"k\":1.50e3,\"l\":\"\\u00fc\\ud83d\\ude00\\n\"}"), &v, &n,
			   &err),
	      err, "numbers and escapes");
	IS_STR(v[0].value, S("1.50e3"), "a number keeps its spelling");
	IS_OK(json_string(&a, v[1].value, &s, &err), err, "escapes");
	IS_Z(arena_strz(&a, s), "\xc3\xbc\xf0\x9f\x98\x80\n", "are decoded to UTF-8");
	IS_ERR(json_string(&a, S("\"\\u0000\""), &s, &err), err, ERR_CORRUPT, "NUL is no text");

	BUF(deep, 1 << 20);
	buf_putz(&deep, "{\"a\":");
	for (int i = 0; i < 100000; i++)
		buf_putc(&deep, '[');
	scanner_refuses(buf_z(&deep));
}

static struct build_attrs attrs_of(struct drv *d)
{
	struct build_attrs t = {0};

	IS_OK(build_attrs_init(&a, d, &t, &err), err, "attributes");
	return t;
}

static void test_plain(void)
{
	struct drv_env env[] = {
		{S("__noChroot"), S("1")},
		{S("allowedReferences"), S(" out  /nix/store/x ")},
		{S("disallowedRequisites"), S("")},
		{S("exportReferencesGraph"), S("g /nix/store/y")},
	};
	struct drv d = {.name = S("n"), .env = env, .n_env = ARRAY_LEN(env)};
	struct build_attrs t = attrs_of(&d);
	struct graph_export *e;
	struct output_rules r;
	size_t n;

	OK(build_attrs_flag(&t, "__noChroot"), "a flag that is 1");
	OK(!build_attrs_flag(&t, "unpack"), "a flag that is absent");
	IS_OK(build_attrs_rules(&t, S("out"), &r, &err), err, "rules");
	OK(r.allowed_references.set && r.allowed_references.n == 2, "blank-separated words");
	OK(r.disallowed_requisites.set && r.disallowed_requisites.n == 0, "an empty list is set");
	OK(!r.allowed_requisites.set, "an absent list is not");
	OK(r.ignore_self, "the plain form ignores an output itself");
	IS_OK(build_attrs_exports(&t, &e, &n, &err), err, "exports");
	OK(n == 1 && str_eq(e[0].name, S("g")) && str_eq(e[0].paths[0], S("/nix/store/y")),
	   "one pair");
	env[3].value = S("g");
	IS_ERR(build_attrs_exports(&t, &e, &n, &err), err, ERR_EVAL, "half a pair");
	env[3].value = S("../g /nix/store/y");
	IS_ERR(build_attrs_exports(&t, &e, &n, &err), err, ERR_EVAL,
	       "a file outside the build folder");
}

static void test_structured(void)
{
	struct drv_env env[] = {{
		S("__json"),
		S("{\"__noChroot\":true,\"outputChecks\":{\"out\":{\"allowedReferences\":[],"
		  "\"maxSize\":12}},\"unsafeDiscardReferences\":{\"out\":true},"
		  "\"exportReferencesGraph\":{\"a\":\"/nix/store/x\",\"b\":[\"/nix/store/y\","
		  "\"/nix/store/z\"]}}"),
	}};
	struct drv d = {.name = S("n"), .env = env, .n_env = 1};
	struct build_attrs t = attrs_of(&d);
	struct graph_export *e;
	struct output_rules r;
	size_t n;

	OK(build_attrs_flag(&t, "__noChroot"), "a flag that is true");
	IS_OK(build_attrs_rules(&t, S("out"), &r, &err), err, "rules of an output");
	OK(r.allowed_references.set && r.max_size == 12 && r.discard_references && !r.ignore_self,
	   "are read");
	IS_OK(build_attrs_rules(&t, S("dev"), &r, &err), err, "rules of another");
	OK(!r.allowed_references.set && !r.discard_references, "there are none");
	IS_OK(build_attrs_exports(&t, &e, &n, &err), err, "exports");
	OK(n == 2 && e[0].n_paths == 1 && e[1].n_paths == 2, "of one path and of two");
	env[0].value = S("{\"outputChecks\":{\"out\":{\"maxSize\":\"big\"}}}");
	t = attrs_of(&d);
	IS_ERR(build_attrs_rules(&t, S("out"), &r, &err), err, ERR_EVAL,
	       "a size that is no number");
}

static void test_shell(void)
{
	struct json_member *v;
	struct str text;
	size_t n;

	IS_OK(json_members(
		      &a,
		      S("{\"a-b\":1,\"big\":5000000000,\"f\":false,\"frac\":1.5,\"l\":[1,\"it's\","
			"true],\"n\":null,\"nest\":[[1]],\"neg\":-3,\"o\":{\"k k\":\"v\"},"
			"\"s\":\"x y\",\"t\":true,\"whole\":2.0}"),
		      &v, &n, &err),
	      err, "members");
	IS_OK(build_attrs_shell(&a, v, n, &text, &err), err, "shell text");
	IS_STR(text,
	       S("declare big=705032704\n"
		 "declare f=\n"
		 "declare -a l=(1 'it'\\''s' 1 )\n"
		 "declare n=''\n"
		 "declare neg=-3\n"
		 "declare -A o=(['k k']='v' )\n"
		 "declare s='x y'\n"
		 "declare t=1\n"
		 "declare whole=2\n"),
	       "names and values that a shell can hold, and no others");
}

static void test_placeholder(void)
{
	struct drv_output outputs[] = {{.name = S("out"), .path = S("/nix/store/o")}};
	struct drv d = {.outputs = outputs, .n_outputs = 1};
	/* builtins.placeholder "out" */
	struct str mark = S("/1rz4g4znpzjwh1xymhjpm42vipw92pr73vdgl6xs1hycac8kf2n9");
	struct str in = str_c(arena_printf(&a, "%.*s/x:%.*s", STR_ARG(mark), STR_ARG(mark)));

	IS_STR(replace_placeholders(&a, &d, in), S("/nix/store/o/x:/nix/store/o"), "placeholders");
	IS_STR(replace_placeholders(&a, &d, S("plain")), S("plain"), "text without any");
}

int main(void)
{
	test_scanner();
	test_plain();
	test_structured();
	test_shell();
	test_placeholder();
	arena_release(&a);
	return tap_done();
}
