/* SPDX-License-Identifier: MIT
 *
 * builtin:kiln-wheel-1 on wheels made here: where files land, what is made and edited, the bits of
 * the output (a golden NAR hash), and each way in which a wheel can be wrong. */
#include "tap.h"

#include <elf.h>
#include <unistd.h>

#include "base/elf.h"
#include "base/file.h"
#include "py/builder_wheel.h"
#include "py/wheel.h"
#include "store/derivation.h"
#include "store/nar.h"

/* A zip archive of stored members: local headers, then the central directory. */
struct zip {
	struct buf body, directory, record;
	unsigned n;
};

static void zip_release(struct zip *z)
{
	buf_release(&z->body);
	buf_release(&z->directory);
	buf_release(&z->record);
}

static struct zip zip_init(void)
{
	return (struct zip){BUF_INIT(LIMIT_SMALL_FILE), BUF_INIT(LIMIT_SMALL_FILE),
			    BUF_INIT(LIMIT_SMALL_FILE), 0};
}

static void put_number(struct buf *b, uint32_t v, int bytes)
{
	for (int i = 0; i < bytes; i++)
		buf_putc(b, (char)(v >> (8 * i)));
}

static uint32_t crc32_of(struct str s)
{
	uint32_t crc = ~0U;

	for (size_t i = 0; i < s.n; i++) {
		crc ^= (unsigned char)s.p[i];
		for (int k = 0; k < 8; k++)
			crc = crc >> 1 ^ (0xedb88320U & -(crc & 1));
	}
	return ~crc;
}

/* What both headers say of a member, from its flags to the length of its extra field. */
static void put_member(struct buf *b, struct str name, struct str bytes)
{
	put_number(b, 0, 4);          /* flags, stored */
	put_number(b, 0x00210000, 4); /* 1980-01-01 */
	put_number(b, crc32_of(bytes), 4);
	put_number(b, (uint32_t)bytes.n, 4);
	put_number(b, (uint32_t)bytes.n, 4);
	put_number(b, (uint32_t)name.n, 2);
	put_number(b, 0, 2);
}

static void zip_raw(struct zip *z, const char *name, struct str bytes, unsigned mode)
{
	uint32_t at = (uint32_t)z->body.n;

	buf_putz(&z->body, "PK\3\4");
	put_number(&z->body, 20, 2);
	put_member(&z->body, str_c(name), bytes);
	buf_putz(&z->body, name);
	buf_puts(&z->body, bytes);
	buf_putz(&z->directory, "PK\1\2");
	put_number(&z->directory, 3 << 8 | 20, 2); /* made on Unix */
	put_number(&z->directory, 20, 2);
	put_member(&z->directory, str_c(name), bytes);
	put_number(&z->directory, 0, 4); /* comment, disk */
	put_number(&z->directory, 0, 2); /* internal attributes */
	put_number(&z->directory, mode << 16, 4);
	put_number(&z->directory, at, 4);
	buf_putz(&z->directory, name);
	z->n++;
}

/* A member and its row in RECORD. */
static void zip_add_bytes(struct zip *z, const char *name, struct str bytes, unsigned mode)
{
	struct hash h;

	hash_bytes(HASH_SHA256, bytes, &h);
	wheel_record_row(&z->record, str_c(name), &h, bytes.n);
	zip_raw(z, name, bytes, mode);
}

static void zip_add(struct zip *z, const char *name, const char *text, unsigned mode)
{
	zip_add_bytes(z, name, str_c(text), mode);
}

static void zip_write(struct zip *z, const char *path)
{
	ERR(err);
	uint32_t at = (uint32_t)z->body.n, size = (uint32_t)z->directory.n;
	struct buf all CLEANUP(buf_release) = BUF_INIT(LIMIT_SMALL_FILE);

	buf_puts(&all, buf_str(&z->body));
	buf_puts(&all, buf_str(&z->directory));
	buf_putz(&all, "PK\5\6");
	put_number(&all, 0, 4);
	put_number(&all, z->n, 2);
	put_number(&all, z->n, 2);
	put_number(&all, size, 4);
	put_number(&all, at, 4);
	put_number(&all, 0, 2);
	IS_OK(file_write(AT_FDCWD, path, buf_str(&all), 0644, 0, &err), err, path);
}

struct fixture {
	char *dir, *wheel, *out;
	bool warn_record;
};

static struct fixture fixture_new(const char *file)
{
	ERR(err);
	struct fixture f = {0};

	IS_OK(temp_dir(temp_dir_root(), "kiln-wheel-", &f.dir, &err), err, "scratch folder");
	f.wheel = xasprintf("%s/%s", f.dir, file);
	f.out = xasprintf("%s/out", f.dir);
	return f;
}

static void fixture_release(struct fixture *f)
{
	remove_tree_quietly(AT_FDCWD, f->dir);
	free(f->dir);
	free(f->wheel);
	free(f->out);
}

/* A wheel with everything but what `skip` says. */
enum skip {
	SKIP_NOTHING,
	SKIP_ROW,    /* a member that RECORD does not list */
	SKIP_MEMBER, /* a row without its member */
	SKIP_HASH,   /* other bytes than RECORD says */
	SKIP_RECORD,
};

static void make_wheel(const struct fixture *f, enum skip skip, const char *extra_name)
{
	struct zip z CLEANUP(zip_release) = zip_init();

	zip_add(&z, "foo/__init__.py", "import sys\n", 0100755);
	zip_add(&z, "foo/__pycache__/__init__.cpython-313.pyc", "stale", 0100644);
	zip_add(&z, "foo/_vendor/bar-1.dist-info/RECORD", "", 0100644);
	zip_add(&z, "Foo-1.0.data/data/share/foo.txt", "text\n", 0100644);
	zip_add(&z, "Foo-1.0.data/purelib/extra.py", "x = 1\n", 0100644);
	zip_add(&z, "Foo-1.0.data/headers/foo.h", "\n", 0100644);
	zip_add(&z, "Foo-1.0.dist-info/METADATA",
		"Metadata-Version: 2.1\nName: foo\nVersion: 1.0\nRequires-Dist: torch\n"
		"Requires-Dist: numpy>=1\nRequires-Dist: never; sys_platform == 'win32'\n\nbody\n",
		0100644);
	zip_add(&z, "Foo-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\n", 0100644);
	zip_add(&z, "Foo-1.0.dist-info/INSTALLER", "somebody\n", 0100644);
	if (extra_name)
		zip_add(&z, extra_name, "#!python\nprint()\n", 0100644);
	if (skip == SKIP_ROW)
		zip_raw(&z, "foo/more.py", S("x\n"), 0100644);
	if (skip == SKIP_HASH || skip == SKIP_MEMBER) {
		struct hash h;

		hash_bytes(HASH_SHA256, S("other"), &h);
		wheel_record_row(&z.record, S("foo/more.py"), &h, 5);
	}
	if (skip == SKIP_HASH)
		zip_raw(&z, "foo/more.py", S("x\n"), 0100644);
	wheel_record_row(&z.record, S("Foo-1.0.dist-info/RECORD"), NULL, 0);
	if (skip != SKIP_RECORD)
		zip_raw(&z, "Foo-1.0.dist-info/RECORD", buf_str(&z.record), 0100644);
	zip_write(&z, f->wheel);
}

static int by_key(const void *a, const void *b)
{
	const struct drv_env *x = a, *y = b;

	return str_cmp(x->key, y->key);
}

static errint install_step(const struct fixture *f, const char *step, const char *check,
			   const char *remove, const char *packages, struct err *err)
{
	char *log_path CLEANUP_FREE = xasprintf("%s/log", f->dir);
	struct drv_env env[] = {
		{S("step"), str_c(step)},
		{S("wheel"), str_c(f->wheel)},
		{S("python"), S("/store/python/bin/python3.13")},
		{S("pythonVersion"), S("3.13.5")},
		{S("loader"), S("/store/ld.so")},
		{S("loaderPath"), S("/store/lib")},
		{S("patchelf"), S("/store/patchelf")},
		{S("checkDeps"), str_c(check)},
		{S("checkRecord"), f->warn_record ? S("warn") : S("")},
		{S("removeDeps"), str_c(remove)},
		{S("pythonPath"), str_c(packages)},
		{S("propagatedBuildInputs"), S("/store/a /store/b")},
		{S("slots"), S("torch")},
	};
	struct drv_output out = {S("out"), str_c(f->out), S(""), S("")};
	struct drv drv = {.name = S("foo"),
			  .outputs = &out,
			  .n_outputs = 1,
			  .platform = S("x86_64-linux"),
			  .env = env,
			  .n_env = ARRAY_LEN(env)};
	int log CLEANUP_FD = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	struct builtin_ctx ctx = {&drv, S("/store"), f->dir, log};

	qsort(env, ARRAY_LEN(env), sizeof(*env), by_key);
	return builder_wheel_1.run(&ctx, err);
}

static errint install(const struct fixture *f, const char *check, const char *remove,
		      const char *packages, struct err *err)
{
	return install_step(f, "", check, remove, packages, err);
}

static void is_file(const struct fixture *f, const char *name, const char *want)
{
	ERR(err);
	BUF(text, LIMIT_SMALL_FILE);
	char *path CLEANUP_FREE = xasprintf("%s/%s", f->out, name);

	IS_OK(file_read(AT_FDCWD, path, &text, &err), err, name);
	IS_Z(buf_z(&text), want, name);
}

static void is_absent(const struct fixture *f, const char *name)
{
	char *path CLEANUP_FREE = xasprintf("%s/%s", f->out, name);

	OK(access(path, F_OK) < 0, "%s is absent", name);
}

#define SITE "lib/python3.13/site-packages/"

static void test_layout(void)
{
	ERR(err);
	struct fixture f CLEANUP(fixture_release) = fixture_new("Foo-1.0-py3-none-any.whl");
	char text[HASH_TEXT_MAX];
	struct hash nar;
	uint64_t size;

	make_wheel(&f, SKIP_NOTHING, NULL);
	IS_OK(install(&f, "", "Torch", "", &err), err, "installs");
	is_file(&f, SITE "foo/__init__.py", "import sys\n");
	is_file(&f, SITE "extra.py", "x = 1\n");
	is_file(&f, "share/foo.txt", "text\n");
	is_file(&f, "include/python3.13/Foo/foo.h", "\n");
	is_file(&f, SITE "Foo-1.0.dist-info/INSTALLER", "kiln\n");
	is_file(&f, SITE "foo/_vendor/bar-1.dist-info/RECORD", "");
	is_file(&f, SITE "Foo-1.0.dist-info/METADATA",
		"Metadata-Version: 2.1\nName: foo\nVersion: 1.0\nRequires-Dist: numpy>=1\n"
		"Requires-Dist: never; sys_platform == 'win32'\n\nbody\n");
	is_absent(&f, SITE "foo/__pycache__");
	is_absent(&f, SITE "Foo-1.0.data");
	is_file(&f, "nix-support/propagated-build-inputs", "/store/a\n/store/b\n");
	is_file(&f, "nix-support/kiln-slots", "torch\n");
	IS_OK(nar_hash(AT_FDCWD, f.out, &nar, &size, &err), err, "NAR");
	IS_Z(hash_format(&nar, HASH_SRI, true, text),
	     "sha256-H5DThHDAJFaUViyPRRmm1l74HTgReIVttYvgkAXfa+w=",
	     "the bits of kiln-wheel-1 are final");
}

static void test_programs(void)
{
	ERR(err);
	struct fixture f CLEANUP(fixture_release) = fixture_new("foo-1-py3-none-any.whl");
	struct zip z CLEANUP(zip_release) = zip_init();
	char *site CLEANUP_FREE = NULL, *want CLEANUP_FREE = NULL, *script CLEANUP_FREE = NULL;

	zip_add(&z, "foo-1.data/scripts/tool",
		"#!python\n# coding: utf-8\nfrom __future__ import annotations\nmain()\n", 0100644);
	zip_add(&z, "foo-1.data/scripts/sh", "#!/bin/sh\n", 0100644);
	zip_add(&z, "foo-1.dist-info/METADATA", "Name: foo\nVersion: 1\n", 0100644);
	zip_add(&z, "foo-1.dist-info/WHEEL", "Wheel-Version: 1.0\n", 0100644);
	zip_add(&z, "foo-1.dist-info/entry_points.txt",
		"[console_scripts]\nfoo = foo.cli:App.run\n", 0100644);
	wheel_record_row(&z.record, S("foo-1.dist-info/RECORD"), NULL, 0);
	zip_raw(&z, "foo-1.dist-info/RECORD", buf_str(&z.record), 0100644);
	zip_write(&z, f.wheel);
	IS_OK(install(&f, "", "", "/store/dep", &err), err, "installs");
	site = xasprintf("import site; [site.addsitedir(p) for p in ['%s/lib/python3.13/"
			 "site-packages', '/store/dep/lib/python3.13/site-packages']]  # "
			 "kiln:site\n",
			 f.out);
	want = xasprintf("#!/store/python/bin/python3.13\n%simport sys\nfrom foo.cli import App\n"
			 "if __name__ == '__main__':\n    sys.exit(App.run())\n",
			 site);
	script = xasprintf("#!/store/python/bin/python3.13\n# coding: utf-8\n"
			   "from __future__ import annotations\n%smain()\n",
			   site);
	is_file(&f, "bin/foo", want);
	is_file(&f, "bin/tool", script);
	is_file(&f, "bin/sh", "#!/bin/sh\n");
}

/* What pip installs although the format's text would have it otherwise, and what must be left out.
 */
static void make_odd_wheel(const struct fixture *f)
{
	struct zip z CLEANUP(zip_release) = zip_init();

	zip_add(&z, "foo/__init__.py", "", 0100644);
	zip_add(&z, "FOO-1.data/scripts/tool",
		"#!python\n# licence\n\"\"\"Doc\"\"\"\nfrom __future__ import (\n  annotations,\n)\nmain()\n",
		0100644);
	zip_add(&z, "Foo.data/data/share/x", "x\n", 0100644);
	zip_add(&z, "Foo.data/purelib/foo/__init__.py", "", 0100644);
	zip_add(&z, "foo-1.data/scripts/python3.13", "#!python\n", 0100755);
	zip_add(&z, "foo-1.data/scripts/twice", "#!python\n", 0100755);
	zip_add(&z, "foo-1.data/scripts/twice-script.py", "#!python\n", 0100755);
	zip_add(&z, "foo-1.dist-info/METADATA",
		"Name: foo\nVersion: 1\nRequires-Dist: bar>=1.*.2\nRequires-Dist: baz\n", 0100644);
	zip_add(&z, "foo-1.dist-info/WHEEL", "Wheel-Version: 1.0\n", 0100644);
	zip_add(&z, "foo-1.dist-info/entry_points.txt",
		"[console_scripts]\npython = foo:main\ntwice = foo:main\n", 0100644);
	zip_add(&z, "foo/cut.so", "\177ELF\2\1\1", 0100644);
	zip_raw(&z, "foo/unlisted.py", S("x\n"), 0100644);
	buf_putz(&z.record, "foo-1.dist-info\\RECORD,,\n");
	zip_raw(&z, "foo-1.dist-info/RECORD", buf_str(&z.record), 0100644);
	zip_write(&z, f->wheel);
}

static void is_log(const struct fixture *f, const char *part, const char *what)
{
	ERR(err);
	BUF(text, LIMIT_SMALL_FILE);
	char *path CLEANUP_FREE = xasprintf("%s/log", f->dir);

	IS_OK(file_read(AT_FDCWD, path, &text, &err), err, "the log");
	OK(str_find(buf_str(&text), str_c(part)) >= 0, "%s", what);
}

static void nar_of(const struct fixture *f, char *text)
{
	ERR(err);
	struct hash nar;
	uint64_t size;

	IS_OK(nar_hash(AT_FDCWD, f->out, &nar, &size, &err), err, "NAR");
	hash_format(&nar, HASH_SRI, true, text);
}

static void test_odd(void)
{
	ERR(err);
	struct fixture f CLEANUP(fixture_release) = fixture_new("foo-1-py3-none-any.whl");
	char *want CLEANUP_FREE = NULL, whole[HASH_TEXT_MAX], steps[HASH_TEXT_MAX];

	make_odd_wheel(&f);
	IS_OK(install_step(&f, "", "warn", "bar", "", &err), err, "installs");
	nar_of(&f, whole);
	want = xasprintf("#!/store/python/bin/python3.13\n# licence\n\"\"\"Doc\"\"\"\n"
			 "from __future__ import (\n  annotations,\n)\n"
			 "import site; [site.addsitedir(p) for p in ['%s/lib/python3.13/"
			 "site-packages']]  # kiln:site\nmain()\n",
			 f.out);
	is_file(&f, "bin/tool", want);
	is_file(&f, "share/x", "x\n");
	is_file(&f, SITE "foo/unlisted.py", "x\n");
	is_file(&f, SITE "foo-1.dist-info/METADATA", "Name: foo\nVersion: 1\nRequires-Dist: baz\n");
	is_absent(&f, "bin/python");
	is_absent(&f, "bin/python3.13");
	is_absent(&f, "bin/twice-script.py");
	is_absent(&f, SITE "Foo.data");
	is_log(&f, "warning: 'foo/unlisted.py' is not in the wheel's RECORD\n",
	       "it tells what RECORD forgot");
	is_log(&f,
	       "warning: 'bin/python3.13' is left out: it would stand in the interpreter's place\n",
	       "which script is left out");
	is_log(&f, "foo/cut.so' is left as it is: not a valid ELF object", "what is no object");
	is_log(&f, "warning: the program 'python' is left out", "which entry point is");
	is_log(&f, "warning: dependencies of 'foo' are not satisfied:\n  baz: it is not among",
	       "what is missing");
	is_log(&f,
	       "\n@nix {\"action\":\"msg\",\"level\":1,\"msg\":\"dependencies of 'foo' are not "
	       "satisfied:\\n  baz",
	       "also as a message of Nix's");
	remove_tree_quietly(AT_FDCWD, f.out);
	IS_OK(install_step(&f, "install", "", "bar", "", &err), err, "installs for a recipe");
	IS_OK(install_step(&f, "finish", "", "bar", "", &err), err, "finishes for a recipe");
	nar_of(&f, steps);
	IS_Z(steps, whole, "a recipe's own build gives the same bits");
	IS_INT(install_step(&f, "begin", "", "", "", &err), ERR_BUILD, "an unknown step");
}

/* A recipe may change what was installed: RECORD tells of it, and what it adds is wrapped. */
static void test_finish(void)
{
	ERR(err);
	struct fixture f CLEANUP(fixture_release) = fixture_new("foo-1-py3-none-any.whl");
	char *path CLEANUP_FREE = xasprintf("%s/bin/more", f.out);
	char *stale CLEANUP_FREE = xasprintf("%s/" SITE "foo-1.dist-info/RECORD", f.out);
	BUF(record, LIMIT_SMALL_FILE);

	make_odd_wheel(&f);
	IS_OK(install_step(&f, "install", "", "*", "", &err), err, "installs");
	IS_OK(file_write(AT_FDCWD, path, S("#!/usr/bin/env -S python3 -u\n'd'; x\n"), 0644, 0,
			 &err),
	      err, "a program of the recipe");
	IS_OK(install_step(&f, "finish", "", "", "", &err), err, "finishes");
	IS_OK(file_read(AT_FDCWD, path, &record, &err), err, "the program");
	OK(str_starts(buf_str(&record),
		      S("#!/store/python/bin/python3.13 -u\n'd'\nimport site; ")) &&
		   str_ends(buf_str(&record), S("# kiln:site\nx\n")),
	   "is wrapped, its options stay");
	buf_clear(&record);
	IS_OK(file_read(AT_FDCWD, stale, &record, &err), err, "RECORD");
	OK(str_find(buf_str(&record), S("../../../bin/more,sha256=")) >= 0, "has it");
	OK(str_find(buf_str(&record), S("nix-support")) < 0, "and nothing of nix-support");
}

/* An object of one program header, which asks for an executable stack; for aarch64 too, which this
 * build must leave as it is. */
static void test_exec_stack(void)
{
	ERR(err);
	ARENA(a);
	struct fixture f CLEANUP(fixture_release) = fixture_new("foo-1-py3-none-any.whl");
	struct zip z CLEANUP(zip_release) = zip_init();
	struct {
		Elf64_Ehdr eh;
		Elf64_Phdr ph;
	} object = {
		.eh = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
		       .e_type = ET_DYN,
		       .e_machine = EM_X86_64,
		       .e_phoff = sizeof(Elf64_Ehdr),
		       .e_phentsize = sizeof(Elf64_Phdr),
		       .e_phnum = 1},
		.ph = {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W | PF_X},
	};
	const char *const names[] = {SITE "ours.so", SITE "other.so"};

	zip_add_bytes(&z, "ours.so", str_n((char *)&object, sizeof(object)), 0100755);
	object.eh.e_machine = EM_AARCH64;
	zip_add_bytes(&z, "other.so", str_n((char *)&object, sizeof(object)), 0100755);
	zip_add(&z, "foo-1.dist-info/METADATA", "Name: foo\nVersion: 1\n", 0100644);
	zip_add(&z, "foo-1.dist-info/WHEEL", "Wheel-Version: 1.0\n", 0100644);
	wheel_record_row(&z.record, S("foo-1.dist-info/RECORD"), NULL, 0);
	zip_raw(&z, "foo-1.dist-info/RECORD", buf_str(&z.record), 0100644);
	zip_write(&z, f.wheel);
	IS_OK(install(&f, "", "", "", &err), err, "installs");
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		char *path CLEANUP_FREE = xasprintf("%s/%s", f.out, names[i]);
		int fd CLEANUP_FD = -1;
		struct elf_info info = {0};

		IS_OK(open_file(AT_FDCWD, path, &fd, &err), err, names[i]);
		IS_OK(elf_read(fd, &a, &info, &err), err, names[i]);
		IS_INT(info.exec_stack, i, "executable stack");
	}
}

static void fails(const char *file, enum skip skip, const char *extra, int code, const char *text,
		  const char *what)
{
	ERR(err);
	struct fixture f CLEANUP(fixture_release) = fixture_new(file);
	errint got;

	make_wheel(&f, skip, extra);
	got = install(&f, "", "", "", &err);
	IS_Z(err_code_name(got), err_code_name(code), what);
	OK(err.msg && strstr(err.msg, text), "%s: it says '%s'", what, text);
	if (err.msg && !strstr(err.msg, text))
		printf("# %s\n", err.msg);
}

static void test_refusals(void)
{
	const char *good = "Foo-1.0-py3-none-any.whl";

	fails(good, SKIP_MEMBER, NULL, ERR_CORRUPT, "which the wheel has not", "missing member");
	fails(good, SKIP_HASH, NULL, ERR_MISMATCH, "not what the wheel's RECORD says", "hash");
	fails(good, SKIP_RECORD, NULL, ERR_CORRUPT, "no RECORD", "no RECORD");
	fails(good, SKIP_NOTHING, "../evil.py", ERR_CORRUPT, "..", "a name that leaves");
	fails(good, SKIP_NOTHING, "Foo-1.0.data/etc/x", ERR_CORRUPT, "no known .data folder",
	      "unknown .data folder");
	fails(good, SKIP_NOTHING, "Foo-1.0.data/purelib/foo/__init__.py", ERR_CORRUPT,
	      "two members go to", "two members at one place");
	fails(good, SKIP_NOTHING, "bar-1.0.dist-info/x", ERR_CORRUPT, "it has both",
	      "two .dist-info folders");
	fails("Bar-1.0-py3-none-any.whl", SKIP_NOTHING, NULL, ERR_CORRUPT,
	      "does not fit the file name", "another project's name");
	fails("Foo-1.1-py3-none-any.whl", SKIP_NOTHING, NULL, ERR_CORRUPT,
	      "does not fit the file name", "another version");
	fails("Foo-1.0-cp313-cp313-linux_aarch64.whl", SKIP_NOTHING, NULL, ERR_UNSUPPORTED,
	      "not for x86_64", "another machine");
	fails("Foo-1.0-cp312-cp312-linux_x86_64.whl", SKIP_NOTHING, NULL, ERR_UNSUPPORTED,
	      "not for Python 3.13", "another Python");
}

/* Whoever knows that a wheel's RECORD is wrong has it installed all the same. */
static void test_wrong_record(void)
{
	ERR(err);
	struct fixture f CLEANUP(fixture_release) = fixture_new("Foo-1.0-py3-none-any.whl");

	f.warn_record = true;
	make_wheel(&f, SKIP_HASH, NULL);
	IS_OK(install(&f, "", "", "", &err), err, "a wrong RECORD may be known");
	is_log(&f, "is not what the wheel's RECORD says", "and is told");
}

static void test_dependencies(void)
{
	ERR(err);
	struct fixture f CLEANUP(fixture_release) = fixture_new("Foo-1.0-py3-none-any.whl");
	char *old CLEANUP_FREE = xasprintf("%s/old/" SITE "numpy-0.9.dist-info", f.dir);
	char *new CLEANUP_FREE = xasprintf("%s/new/" SITE "NumPy-2.1.dist-info", f.dir);
	char *old_path CLEANUP_FREE = xasprintf("%s/old", f.dir);
	char *new_path CLEANUP_FREE = xasprintf("%s/new", f.dir);

	make_wheel(&f, SKIP_NOTHING, NULL);
	IS_OK(mkdir_p(AT_FDCWD, old, 0755, &err), err, "an old numpy");
	IS_OK(mkdir_p(AT_FDCWD, new, 0755, &err), err, "a new numpy");
	IS_INT(install(&f, "1", "", "", &err), ERR_BUILD, "nothing is there");
	OK(err.detail && strstr(err.detail, "numpy>=1: it is not among the inputs"), "it says so");
	OK(err.detail && !strstr(err.detail, "torch"), "a slot counts as there");
	OK(err.hint && strstr(err.hint, "pythonRemoveDeps"), "it says the cure");
	err_clear(&err);
	remove_tree_quietly(AT_FDCWD, f.out);
	IS_INT(install(&f, "1", "", old_path, &err), ERR_BUILD, "too old a version");
	OK(err.detail && strstr(err.detail, "numpy>=1: the input is 0.9"), "it says so");
	err_clear(&err);
	remove_tree_quietly(AT_FDCWD, f.out);
	IS_OK(install(&f, "1", "", new_path, &err), err, "a version that fits");
	remove_tree_quietly(AT_FDCWD, f.out);
	IS_OK(install(&f, "1", "numpy", "", &err), err, "a dependency taken out");
}

int main(void)
{
	test_layout();
	test_programs();
	test_odd();
	test_finish();
	test_exec_stack();
	test_refusals();
	test_wrong_record();
	test_dependencies();
	return tap_done();
}
