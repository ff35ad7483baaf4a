/* SPDX-License-Identifier: MIT
 *
 * builtin:kiln-profile-1 on packages made here: what becomes a link and what a folder, who wins,
 * which clashes are errors and whose they are, and what becomes of Python. */
#include "tap.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "profile/profile.h"
#include "store/derivation.h"
#include "store/nar.h"

struct fixture {
	char *store, *out;
	struct buf list;
	char *python;
	unsigned made;
};

static struct fixture fixture_new(void)
{
	struct fixture f = {.list = BUF_INIT(LIMIT_SMALL_FILE)};
	ERR(err);

	IS_OK(temp_dir(temp_dir_root(), "kiln-profile-", &f.store, &err), err, "scratch folder");
	f.out = xasprintf("%s/%032d-profile", f.store, 0);
	return f;
}

static void fixture_release(struct fixture *f)
{
	remove_tree_quietly(AT_FDCWD, f->store);
	buf_release(&f->list);
	free(f->store);
	free(f->out);
	free(f->python);
}

/* A package's path; with a priority it is asked for under its name. */
static char *package(struct fixture *f, const char *name, int priority)
{
	char *path = xasprintf("%s/%032u-%s", f->store, ++f->made, name);
	ERR(err);

	if (mkdir_p(AT_FDCWD, path, 0755, &err))
		abort();
	if (priority >= 0)
		buf_printf(&f->list, "%d %s %s\n", priority, path, name);
	return path;
}

static void put(const char *package, const char *name, const char *text, mode_t mode)
{
	char *file CLEANUP_FREE = xasprintf("%s/%s", package, name);
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(file)));
	ERR(err);

	if (mkdir_p(AT_FDCWD, dir, 0755, &err) ||
	    file_write(AT_FDCWD, file, str_c(text), mode, 0, &err))
		abort();
}

static void put_link(const char *package, const char *name, const char *target)
{
	char *file CLEANUP_FREE = xasprintf("%s/%s", package, name);
	char *dir CLEANUP_FREE = str_dupz(path_dir(str_c(file)));
	ERR(err);

	if (mkdir_p(AT_FDCWD, dir, 0755, &err) || symlink(target, file))
		abort();
}

static void distribution(const char *package, const char *name, const char *version)
{
	char *info CLEANUP_FREE =
		xasprintf("lib/python3.13/site-packages/%s-%s.dist-info/METADATA", name, version);
	char *text CLEANUP_FREE =
		xasprintf("Metadata-Version: 2.1\nName: %s\nVersion: %s\n", name, version);
	char *module CLEANUP_FREE = xasprintf("lib/python3.13/site-packages/%s/__init__.py", name);

	put(package, info, text, 0644);
	put(package, module, version, 0644);
}

static char *interpreter(struct fixture *f, int priority)
{
	char *path = package(f, "python3-3.13.5", priority);

	put(path, "bin/python3.13", "\177ELF an interpreter", 0755);
	put_link(path, "bin/python3", "python3.13");
	put(path, "lib/python3.13/os.py", "", 0644);
	return path;
}

static errint make(struct fixture *f, struct err *err)
{
	struct drv_output out = {.name = S("out"), .path = str_c(f->out)};
	struct drv_env env[] = {
		{S("packages"), buf_str(&f->list)},
		{S("python"), str_c(f->python ? f->python : "")},
	};
	struct drv drv = {.outputs = &out, .n_outputs = 1, .env = env, .n_env = 2};
	struct builtin_ctx ctx = {&drv, str_c(f->store), f->store, STDERR_FILENO, NULL};

	remove_tree_quietly(AT_FDCWD, f->out);
	return builder_profile_1.run(&ctx, err);
}

/* The target of a link of the profile, below the folder of packages; "" where it is none. */
static const char *leads(const struct fixture *f, const char *name)
{
	static char text[4096];
	char *file CLEANUP_FREE = xasprintf("%s/%s", f->out, name);
	ssize_t n = readlink(file, text, sizeof(text) - 1);

	text[n < 0 ? 0 : n] = '\0';
	size_t skip = strlen(f->store) + 1 + 33;
	return strncmp(text, f->store, skip - 34) == 0 ? text + skip : text;
}

static char *content(const struct fixture *f, const char *name)
{
	char *file CLEANUP_FREE = xasprintf("%s/%s", f->out, name);
	BUF(text, LIMIT_SMALL_FILE);
	ERR(err);

	return file_read(AT_FDCWD, file, &text, &err) ? xstrdup(err.msg) : buf_steal(&text);
}

static bool is_folder(const struct fixture *f, const char *name)
{
	char *file CLEANUP_FREE = xasprintf("%s/%s", f->out, name);
	struct stat st;

	return lstat(file, &st) == 0 && S_ISDIR(st.st_mode);
}

static void test_links(void)
{
	struct fixture f CLEANUP(fixture_release) = fixture_new();
	char *a CLEANUP_FREE = package(&f, "alpha", 5), *b CLEANUP_FREE = package(&f, "beta", 5);
	char *c CLEANUP_FREE = package(&f, "gamma", -1);
	ERR(err);

	put(a, "bin/a", "a", 0755);
	put(a, "share/doc/a/readme", "a", 0644);
	put(b, "bin/b", "b", 0755);
	put(b, "lib/b.so", "b", 0644);
	put_link(b, "lib64", "lib");
	put(b, "nix-support/setup-hook", "b", 0644);
	char *wants CLEANUP_FREE = xasprintf("%s\n", c);
	put(b, "nix-support/propagated-user-env-packages", wants, 0644);
	put(c, "etc/c", "c", 0644);
	IS_OK(make(&f, &err), err, "two packages");
	OK(is_folder(&f, "bin"), "a folder of both is a folder");
	IS_Z(leads(&f, "bin/a"), "alpha/bin/a", "a file of one is a link");
	IS_Z(leads(&f, "share"), "alpha/share", "a folder of one is a link");
	IS_Z(leads(&f, "lib64"), "lib", "a link within a package is one within the profile");
	IS_Z(leads(&f, "etc"), "gamma/etc", "what a package wants to be seen with comes too");
	OK(!is_folder(&f, "nix-support"), "what packages tell builders does not");
}

static void test_clash(void)
{
	struct fixture f CLEANUP(fixture_release) = fixture_new();
	char *a CLEANUP_FREE = package(&f, "alpha", 5), *b CLEANUP_FREE = package(&f, "beta", 5);
	ERR(err);

	put(a, "bin/x", "a", 0755);
	put(b, "bin/x", "b", 0755);
	put(a, "LICENSE", "a", 0644);
	put(b, "LICENSE", "b", 0644);
	put(a, "share/same", "s", 0644);
	put(b, "share/same", "s", 0644);
	IS_INT(make(&f, &err), ERR_BUILD, "two files under one name");
	IS_Z(err.msg, "two packages have a different 'bin/x'", "it is named");
	OK(strstr(err.detail, "'alpha': ") && strstr(err.detail, "'beta': "), "so are both owners");
	OK(strstr(err.hint, "alpha.priority = 4"), "and the cure");
	OK(!strstr(err.detail, "more file"), "equal files and licences are no clash");
	put(b, "bin/x", "a", 0644);
	IS_INT(make(&f, &err), ERR_BUILD, "equal bytes of which one can be run differ");
}

static void test_kinds(void)
{
	struct fixture f CLEANUP(fixture_release) = fixture_new();
	char *a CLEANUP_FREE = package(&f, "alpha", 5), *b CLEANUP_FREE = package(&f, "beta", 5);
	ERR(err);

	put(a, "share/x/y", "a", 0644);
	put(b, "share/x", "b", 0644);
	IS_INT(make(&f, &err), ERR_BUILD, "a folder beside a file is a clash");
	IS_Z(err.msg, "two packages have a different 'share/x'", "of that name");
	buf_clear(&f.list);
	buf_printf(&f.list, "5 %s alpha\n4 %s beta\n", a, b);
	IS_OK(make(&f, &err), err, "with another priority it is none");
	IS_Z(leads(&f, "share/x"), "beta/share/x", "the smaller one wins, though it comes later");
	buf_clear(&f.list);
	buf_printf(&f.list, "5 %s alpha\n6 %s beta\n", a, b);
	IS_OK(make(&f, &err), err, "and the other way round");
	IS_Z(leads(&f, "share/x"), "alpha/share/x", "where the folder wins");
}

static void test_bad_packages(void)
{
	struct fixture f CLEANUP(fixture_release) = fixture_new();
	char *a CLEANUP_FREE = xasprintf("%s/%032d-file", f.store, 7);
	char *loop CLEANUP_FREE = package(&f, "loop", -1),
		   *two CLEANUP_FREE = package(&f, "two", -1);
	ERR(err);

	put(f.store, path_base(str_c(a)).p, "x", 0644);
	buf_printf(&f.list, "5 %s thing\n", a);
	IS_INT(make(&f, &err), ERR_BUILD, "a package that is a file");
	IS_Z(err.msg, "package 'thing' is a file, not a folder", "is told");
	buf_clear(&f.list);
	buf_putz(&f.list, "5 /etc passwd\n");
	IS_INT(make(&f, &err), ERR_BUILD, "what is no store path is refused");
	buf_clear(&f.list);
	buf_printf(&f.list, "5 %s one\n5 %s two\n", loop, two);
	put_link(loop, "share/up", "..");
	put_link(two, "share/up", "../../two");
	put(two, "share/x", "x", 0644);
	IS_INT(make(&f, &err), ERR_BUILD, "folders that lead round and round come to an end");
	buf_clear(&f.list);
	IS_OK(make(&f, &err), err, "nothing is a profile, too");
}

static void test_python(void)
{
	struct fixture f CLEANUP(fixture_release) = fixture_new();
	char *python CLEANUP_FREE = interpreter(&f, 5);
	char *a CLEANUP_FREE = package(&f, "alpha", 5), *b CLEANUP_FREE = package(&f, "beta", -1);
	char *g CLEANUP_FREE = package(&f, "gamma", -1), *v CLEANUP_FREE = package(&f, "env", 5);
	ERR(err);

	/* As environments and symlinkJoin have it: folders are links. */
	distribution(g, "gamma", "3");
	char *theirs CLEANUP_FREE = xasprintf("%s/lib/python3.13/site-packages", g);
	put_link(v, "lib/python3.13/site-packages", theirs);
	distribution(a, "alpha", "1");
	distribution(b, "beta", "2");
	char *needs CLEANUP_FREE = xasprintf("%s %s\n", b, python);
	put(a, "nix-support/propagated-build-inputs", needs, 0644);
	put(a, "nix-support/kiln-slots", "torch\n", 0644);
	put(b, "nix-support/kiln-slots", "torch\nnvidia-cublas\n", 0644);
	char *program CLEANUP_FREE = xasprintf(
		"#!%s/bin/python3.13 -s\nimport site; site.addsitedir('x')  # kiln:site\nmain()\n",
		python);
	put(a, "bin/alpha", program, 0755);
	put(a, "bin/shell", "#!/bin/sh\n", 0755);
	IS_OK(make(&f, &err), err, "an interpreter and a module");
	char *copy CLEANUP_FREE = content(&f, "bin/python3.13");
	IS_Z(copy, "\177ELF an interpreter", "the interpreter is there");
	IS_Z(leads(&f, "bin/python3.13"), "", "as a copy, which has this folder as its prefix");
	IS_Z(leads(&f, "bin/python3"), "python3.13", "and its other names are links to it");
	IS_Z(leads(&f, "lib/python3.13/os.py"), "python3-3.13.5/lib/python3.13/os.py",
	     "the library is the interpreter's");
	IS_Z(leads(&f, "lib/python3.13/site-packages/beta"),
	     "beta/lib/python3.13/site-packages/beta", "what a module needs is there, too");
	IS_Z(leads(&f, "lib/python3.13/site-packages/gamma"),
	     "env/lib/python3.13/site-packages/gamma", "and what a link to a folder leads to");
	OK(is_folder(&f, "lib/python3.13/site-packages/gamma-3.dist-info") &&
		   is_folder(&f, "lib/python3.13/site-packages/beta-2.dist-info"),
	   "the folder that uv wants is one");
	char *want CLEANUP_FREE = xasprintf("#!%s/bin/python3.13 -s\nmain()\n", f.out);
	char *got CLEANUP_FREE = content(&f, "bin/alpha");
	IS_Z(got, want, "a program of Python starts this one's");
	IS_Z(leads(&f, "bin/shell"), "alpha/bin/shell", "another stays what it is");
	char *slots CLEANUP_FREE = content(&f, "nix-support/kiln-slots");
	IS_Z(slots, "nvidia-cublas\ntorch\n", "the slots of all are known");
}

/* The interpreter that was handed in comes behind all that was asked for. */
static void test_python_beside(void)
{
	struct fixture f CLEANUP(fixture_release) = fixture_new();
	char *a CLEANUP_FREE = package(&f, "alpha", 5);
	ERR(err);

	f.python = interpreter(&f, -1);
	distribution(a, "alpha", "1");
	IS_OK(make(&f, &err), err, "a module without an interpreter");
	IS_Z(leads(&f, "bin/python3"), "python3.13", "has the one that was handed in");
	OK(is_folder(&f, "lib/python3.13/site-packages"), "and is in it");
}

static void test_doubles(void)
{
	struct fixture f CLEANUP(fixture_release) = fixture_new();
	char *a CLEANUP_FREE = package(&f, "alpha", 1), *b CLEANUP_FREE = package(&f, "beta", 9);
	char *old CLEANUP_FREE = package(&f, "scipy-old", -1);
	char *env CLEANUP_FREE = package(&f, "env", -1);
	ERR(err);

	distribution(a, "SciPy", "1.17.0");
	distribution(b, "beta", "1");
	distribution(old, "scipy", "1.16.1");
	char *needs CLEANUP_FREE = xasprintf("%s\n", old);
	put(b, "nix-support/propagated-build-inputs", needs, 0644);
	IS_INT(make(&f, &err), ERR_BUILD, "two versions of one distribution");
	IS_Z(err.msg, "two versions of the Python distribution 'scipy'", "whatever the priorities");
	OK(strstr(err.detail, "scipy 1.17.0, 'alpha'"), "with who brings them");
	OK(strstr(err.detail, "scipy 1.16.1, what 'beta' needs"), "and who needs them");
	char *inner CLEANUP_FREE = xasprintf("%s/lib/python3.13/site-packages/SciPy", a);
	char *info CLEANUP_FREE =
		xasprintf("%s/lib/python3.13/site-packages/SciPy-1.17.0.dist-info", a);
	put_link(env, "lib/python3.13/site-packages/SciPy", inner);
	put_link(env, "lib/python3.13/site-packages/SciPy-1.17.0.dist-info", info);
	buf_clear(&f.list);
	buf_printf(&f.list, "5 %s alpha\n5 %s env\n", a, env);
	IS_OK(make(&f, &err), err, "links to one and the same are no double");
	put(old, "lib/python3.13/site-packages/SciPy-1.17.0.dist-info/METADATA",
	    "Metadata-Version: 2.1\nName: scipy\nVersion: 1.17.0\n", 0644);
	buf_clear(&f.list);
	buf_printf(&f.list, "5 %s alpha\n6 %s old\n", a, old);
	IS_INT(make(&f, &err), ERR_BUILD, "two builds of one version are");
}

/* Programs that mean an environment of their own keep it. */
static void test_env_program(void)
{
	struct fixture f CLEANUP(fixture_release) = fixture_new();
	char *python CLEANUP_FREE = interpreter(&f, 5), *env CLEANUP_FREE = interpreter(&f, -1);
	char *a CLEANUP_FREE = package(&f, "alpha", 5);
	ERR(err);

	distribution(env, "theirs", "1");
	char *program CLEANUP_FREE = xasprintf("#!%s/bin/python3\nmain()\n", env);
	put(a, "bin/alpha", program, 0755);
	IS_OK(make(&f, &err), err, "a program of another environment");
	IS_Z(leads(&f, "bin/alpha"), "alpha/bin/alpha", "is left to it");
	OK(python != NULL, "beside an interpreter");
}

/* As ComfyUI's package has python3 among its programs. */
static void test_lent_python(void)
{
	struct fixture f CLEANUP(fixture_release) = fixture_new();
	char *env CLEANUP_FREE = interpreter(&f, -1), *a CLEANUP_FREE = package(&f, "alpha", 5);
	char *real CLEANUP_FREE = xasprintf("%s/bin/python3.13", env);
	char *link CLEANUP_FREE = xasprintf("%s/bin/python3", env);
	char *want CLEANUP_FREE = xasprintf("#!/bin/sh\nexec %s \"$@\"\n", real);
	ERR(err);

	put_link(a, "bin/python3", link);
	put(a, "bin/alpha", "#!/bin/sh\n", 0755);
	IS_OK(make(&f, &err), err, "a link to an interpreter among a package's programs");
	OK(is_folder(&f, "bin"), "is no link in the profile");
	char *text CLEANUP_FREE = content(&f, "bin/python3");
	IS_Z(text, want, "but starts it by its own name, for what venv makes of that");
	IS_Z(leads(&f, "bin/alpha"), "alpha/bin/alpha", "other programs are links");
}

int main(void)
{
	test_links();
	test_clash();
	test_kinds();
	test_bad_packages();
	test_python();
	test_python_beside();
	test_doubles();
	test_env_program();
	test_lent_python();
	return tap_done();
}
