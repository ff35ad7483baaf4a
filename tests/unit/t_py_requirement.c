/* SPDX-License-Identifier: MIT
 *
 * PEP 508 requirements and markers, PEP 503 names, slots. */
#include "tap.h"

#include "py/requirement.h"
#include "py/slot.h"

static void evaluates(const char *text, bool want)
{
	ARENA(a);
	ERR(err);
	struct marker_env env = marker_env_linux(&a, S("3.13.5"), S("x86_64"));
	struct marker *m;
	bool got;

	IS_OK(marker_parse(&a, str_c(text), &m, &err), err, text);
	IS_OK(marker_eval(m, &env, &got, &err), err, text);
	OK(got == want, "%s is %s", text, want ? "true" : "false");
}

static void test_markers(void)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{"python_version >= '3.8'", true},
		{"python_version < \"3.11\"", false},
		{"'3.13' == python_version", true},
		{"python_full_version >= '3.13.5'", true},
		{"python_version == '3.*'", true},
		{"sys_platform == 'linux' and platform_machine == 'x86_64'", true},
		{"sys_platform == 'win32' or os_name == 'posix'", true},
		{"sys_platform == 'win32' or os_name == 'posix' and extra == 'x'", false},
		{"(sys_platform == 'win32' or os_name == 'posix') and extra == ''", true},
		{"'linux' in sys_platform", true},
		{"sys_platform not in 'linux darwin'", false},
		{"extra == 'Foo_Bar'", false},
		{"platform_python_implementation != 'PyPy'", true},
		{"python_implementation == 'CPython'", true},
		{"os.name < 'z'", false},
	};
	static const char *const bad[] = {
		"",
		"python_version",
		"python_version >= 3.8",
		"python_version >= '3.8' and",
		"python_version >= '3.8",
		"(python_version >= '3.8'",
		"'a' == 'b'",
		"python_version not '3'",
		"nothing == 'x'",
		"os_name == 'posix' os_name == 'posix'",
	};
	ARENA(a);
	ERR(err);
	struct marker *m;
	struct marker_env env = marker_env_linux(&a, S("3.13.5"), S("x86_64"));
	bool got;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		evaluates(cases[i].text, cases[i].want);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_ERR(marker_parse(&a, str_c(bad[i]), &m, &err), err, ERR_CORRUPT, bad[i]);
	IS_OK(marker_parse(&a, S("os_name == 'nt' and os_name ~= 'x'"), &m, &err), err, "~=");
	IS_ERR(marker_eval(m, &env, &got, &err), err, ERR_CORRUPT, "an undefined comparison");
}

/* Thousands of parentheses must be refused, thousands of `and`s must not. */
static void test_depth(void)
{
	ARENA(a);
	ERR(err);
	BUF(deep, LIMIT_SMALL_FILE);
	BUF(chain, LIMIT_SMALL_FILE);
	struct marker_env env = marker_env_linux(&a, S("3.13.5"), S("x86_64"));
	struct marker *m;
	bool got;

	for (int i = 0; i < 10000; i++)
		buf_putc(&deep, '(');
	IS_ERR(marker_parse(&a, buf_str(&deep), &m, &err), err, ERR_CORRUPT, "10000 parentheses");
	for (int i = 0; i < 10000; i++)
		buf_printf(&chain, "%sos_name == 'posix'", i ? " and " : "");
	IS_OK(marker_parse(&a, buf_str(&chain), &m, &err), err, "10000 comparisons");
	IS_OK(marker_eval(m, &env, &got, &err), err, "their value");
	OK(got, "10000 comparisons hold");
}

static void test_requirements(void)
{
	static const char *const bad[] = {"",        "-a",    "a-",     "a b", "a[b",
					  "a[b c]",  "a >= ", "a (>=1", "a @", "a; os_name",
					  "a>=1 x;", "a[-b]", "a ~= 1"};
	ARENA(a);
	ERR(err);
	struct requirement r;

	IS_OK(requirement_parse(&a, S("Foo.Bar [x, Y_z] (>=1,<2) ; extra == 'q'"), &r, &err), err,
	      "everything");
	IS_STR(r.name, S("Foo.Bar"), "name");
	IS_INT(r.n_extras, 2, "extras");
	IS_STR(r.extras[1], S("Y_z"), "second extra");
	IS_INT(r.versions.n, 2, "clauses");
	OK(r.marker, "marker");
	IS_OK(requirement_parse(&a, S("pip @ file:///a;b ; os_name == 'posix'"), &r, &err), err,
	      "address");
	IS_STR(r.address, S("file:///a;b"), "an address ends at a blank");
	OK(r.marker, "marker behind an address");
	IS_OK(requirement_parse(&a, S("numpy"), &r, &err), err, "bare name");
	OK(!r.versions.n && !r.marker && !r.n_extras && !r.address.n, "nothing else");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		IS_ERR(requirement_parse(&a, str_c(bad[i]), &r, &err), err, ERR_CORRUPT, bad[i]);
}

static void test_names(void)
{
	ARENA(a);

	IS_STR(pep503_name(&a, S("Foo.-_Bar__baz")), S("foo-bar-baz"), "PEP 503");
	OK(slot_name_is(S("torch")) && slot_name_is(S("triton")), "torch and triton are slots");
	OK(slot_name_is(S("nvidia-cublas-cu12")), "nvidia-*-cuNN is a slot");
	OK(slot_name_is(S("cuda-pathfinder")), "what finds CUDA is one");
	OK(!slot_name_is(S("nvidia-ml-py")), "nvidia-ml-py is none");
	OK(!slot_name_is(S("nvidia-cusparse-cuda")), "-cuda is no -cuNN");
	OK(!slot_name_is(S("torchsde")), "torchsde is none");
}

int main(void)
{
	test_markers();
	test_depth();
	test_requirements();
	test_names();
	return tap_done();
}
