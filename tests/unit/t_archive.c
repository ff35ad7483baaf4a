/* SPDX-License-Identifier: MIT
 *
 * Archives: what comes out of real ones (made by tar, xz, zstd and python's zipfile), and that
 * hostile ones, made here byte by byte, write nothing outside. */
#include <fcntl.h>
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/process.h"
#include "tap.h"

static char *work;

struct tar_item {
	const char *name, *link, *data;
	char type;
	unsigned mode;
};

/* n - 1 octal digits and a NUL. */
static void tar_octal(char *at, size_t n, unsigned long v)
{
	at[n - 1] = '\0';
	for (size_t i = n - 1; i-- > 0; v /= 8)
		at[i] = (char)('0' + v % 8);
}

/* One ustar header and its data (POSIX.1-1988, "ustar Interchange Format"). */
static void tar_put(struct buf *b, const struct tar_item *item)
{
	char h[512] = {0}, zero[512] = {0};
	size_t n = item->data ? strlen(item->data) : 0;
	unsigned long sum = 0;

	memcpy(h, item->name, strnlen(item->name, 100));
	tar_octal(h + 100, 8, item->mode);
	tar_octal(h + 108, 8, 0);
	tar_octal(h + 116, 8, 0);
	tar_octal(h + 124, 12, n);
	tar_octal(h + 136, 12, 7);
	h[156] = item->type;
	if (item->link)
		memcpy(h + 157, item->link, strnlen(item->link, 100));
	memcpy(h + 257, "ustar\00000", 8);
	memset(h + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(h); i++)
		sum += (unsigned char)h[i];
	tar_octal(h + 148, 7, sum);
	buf_put(b, h, sizeof(h));
	buf_put(b, item->data, n);
	buf_put(b, zero, (512 - n % 512) % 512);
}

static int tar_file(const struct tar_item *v, size_t n)
{
	BUF(b, LIMIT_SMALL_FILE);
	char zero[1024] = {0};
	char *path CLEANUP_FREE = path_join(str_c(work), S("hostile.tar"));
	ERR(err);
	int fd = -1;

	for (size_t i = 0; i < n; i++)
		tar_put(&b, &v[i]);
	buf_put(&b, zero, sizeof(zero));
	if (file_write(AT_FDCWD, path, buf_str(&b), 0644, 0, &err) ||
	    open_file(AT_FDCWD, path, &fd, &err))
		printf("# cannot write the archive: %s\n", err.msg);
	return fd;
}

static bool exists(const char *name)
{
	char *path CLEANUP_FREE = path_join(str_c(work), str_c(name));

	return access(path, F_OK) == 0;
}

static void sh(const char *script)
{
	const char *const argv[] = {"sh", "-ec", script, "sh", work, NULL};
	BUF(out, LIMIT_TOOL_OUTPUT);
	ERR(err);

	IS_OK(process_capture(argv, &out, NULL, &err), err, "prepare the archives");
	if (err.detail)
		printf("# %s\n", err.detail);
}

static errint unpack(const char *archive, const char *dest, unsigned flags, struct err *err)
{
	char *path CLEANUP_FREE = path_join(str_c(work), str_c(archive));
	char *to CLEANUP_FREE = path_join(str_c(work), str_c(dest));
	int fd CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, path, &fd, err);

	return rc ? rc : archive_unpack(fd, AT_FDCWD, to, flags, err);
}

static void is_file(const char *name, const char *want, unsigned mode)
{
	char *path CLEANUP_FREE = path_join(str_c(work), str_c(name));
	BUF(b, LIMIT_SMALL_FILE);
	ERR(err);
	struct stat st;

	IS_OK(file_read(AT_FDCWD, path, &b, &err), err, name);
	IS_Z(buf_z(&b), want, name);
	if (stat(path, &st) == 0)
		IS_INT(st.st_mode & 07777, mode, "its mode");
}

static void check_unpacked(const char *dir)
{
	char *x CLEANUP_FREE = xasprintf("%s/bin/x", dir);
	char *umlaut CLEANUP_FREE = xasprintf("%s/\xc3\xa4/f", dir);
	char *link CLEANUP_FREE = xasprintf("%s/%s/bin/l", work, dir);
	char *target CLEANUP_FREE = NULL;
	ERR(err);

	is_file(x, "#!x\n", 0755);
	is_file(umlaut, "text\n", 0644);
	IS_OK(read_link(AT_FDCWD, link, &target, &err), err, "symlink");
	IS_Z(target, "../\xc3\xa4/f", "its target");
}

static const char make_archives[] =
	"cd \"$1\"; umask 077; mkdir -p src/pkg-1/bin src/pkg-1/ä; cd src\n"
	"printf '#!x\\n' >pkg-1/bin/x; chmod 700 pkg-1/bin/x; printf 'text\\n' >pkg-1/ä/f\n"
	"ln -s ../ä/f pkg-1/bin/l; ln pkg-1/ä/f pkg-1/hard; chmod 500 pkg-1/bin\n"
	"tar -cf ../a.tar pkg-1; tar -C pkg-1 --format=pax -cf ../dot.tar .\n"
	"chmod 700 pkg-1/bin; cd ..; gzip -k a.tar; bzip2 -k a.tar; xz -k a.tar; zstd -q a.tar\n"
	"printf 'alone\\n' | gzip >one.gz; printf 'plain\\n' >plain; : >empty\n"
	"head -c 3000 /dev/urandom >noise; tar -cf cut.full noise; head -c 2000 cut.full >cut.tar\n"
	"python3 - <<'E'\n"
	"import zipfile, stat\n"
	"with zipfile.ZipFile('a.zip', 'w', zipfile.ZIP_DEFLATED) as z:\n"
	"    def add(name, data, mode):\n"
	"        i = zipfile.ZipInfo(name); i.external_attr = mode << 16; z.writestr(i, data)\n"
	"    add('pkg-1/bin/x', '#!x\\n', stat.S_IFREG | 0o755)\n"
	"    add('pkg-1/ä/f', 'text\\n', stat.S_IFREG | 0o600)\n"
	"    add('pkg-1/bin/l', '../ä/f', stat.S_IFLNK | 0o777)\n"
	"E\n"
	"printf '2.0\\n' >debian-binary; mkdir -p deb/usr; printf 'data\\n' >deb/usr/file\n"
	"printf 'Package: x\\n' >deb/control; tar -C deb -czf control.tar.gz ./control\n"
	"tar -C deb -cJf data.tar.xz ./usr; cd deb; cp ../debian-binary ../control.tar.gz "
	"../data.tar.xz .; python3 - <<'E'\n"
	"with open('../a.deb', 'wb') as d:\n"
	"    d.write(b'!<arch>\\n')\n"
	"    for n in ('debian-binary', 'control.tar.gz', '_ignored', 'data.tar.xz'):\n"
	"        b = b'odd' if n[0] == '_' else open(n, 'rb').read()\n"
	"        d.write(b'%-16s%-12d%-6d%-6d%-8o%-10d`\\n' % (n.encode(), 0, 0, 0, 0o644, len(b)))\n"
	"        d.write(b + b'\\n' * (len(b) % 2))\n"
	"E\n";

static void test_kinds(void)
{
	static const char *const kinds[] = {"a.tar",    "a.tar.gz",  "a.tar.bz2",
					    "a.tar.xz", "a.tar.zst", "a.zip"};
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		char *to CLEANUP_FREE = xasprintf("out-%zu", i);
		char *whole CLEANUP_FREE = xasprintf("whole-%zu", i);
		char *inner CLEANUP_FREE = xasprintf("whole-%zu/pkg-1", i);

		IS_OK(unpack(kinds[i], to, ARCHIVE_STRIP_ROOT, &err), err, kinds[i]);
		check_unpacked(to);
		IS_OK(unpack(kinds[i], whole, 0, &err), err, kinds[i]);
		check_unpacked(inner);
	}
	IS_OK(unpack("dot.tar", "dot", 0, &err), err, "an archive whose top is '.'");
	check_unpacked("dot");
	is_file("dot/hard", "text\n", 0644);
	IS_ERR(unpack("dot.tar", "dot-stripped", ARCHIVE_STRIP_ROOT, &err), err, ERR_CORRUPT,
	       "strip of three things at the top");
	OK(!exists("dot-stripped"), "nothing half-done");
	IS_ERR(unpack("a.tar", "dot", 0, &err), err, ERR_EXISTS, "dest exists");
	IS_ERR(unpack("noise", "n", 0, &err), err, ERR_CORRUPT, "no archive");
	IS_ERR(unpack("empty", "n", 0, &err), err, ERR_CORRUPT, "an empty file");
	IS_ERR(unpack("cut.tar", "n", 0, &err), err, ERR_CORRUPT, "a cut archive");
	OK(!exists("n"), "no archive, no folder");
}

static void test_hostile(void)
{
	static const struct {
		const char *what;
		struct tar_item v[3];
		size_t n;
		int code;
	} cases[] = {
		{"absolute name", {{"/tmp/evil", NULL, "x", '0', 0644}}, 1, ERR_CORRUPT},
		{"parent folder", {{"a/../../evil", NULL, "x", '0', 0644}}, 1, ERR_CORRUPT},
		{"device", {{"null", NULL, NULL, '3', 0666}}, 1, ERR_CORRUPT},
		{"pipe", {{"pipe", NULL, NULL, '6', 0666}}, 1, ERR_CORRUPT},
		{"through a symlink",
		 {{"out", "..", NULL, '2', 0777}, {"out/evil", NULL, "x", '0', 0644}},
		 2,
		 ERR_DENIED},
		{"a folder over a symlink",
		 {{"out", "..", NULL, '2', 0777}, {"out", NULL, NULL, '5', 0755}},
		 2,
		 ERR_DENIED},
		{"hard link to outside",
		 {{"h", "../evil-target", NULL, '1', 0644}},
		 1,
		 ERR_CORRUPT},
		{"hard link through a symlink",
		 {{"out", "..", NULL, '2', 0777}, {"h", "out/evil-target", NULL, '1', 0644}},
		 2,
		 ERR_DENIED},
		{"a file over a folder",
		 {{"d", NULL, NULL, '5', 0755}, {"d", NULL, "x", '0', 0644}},
		 2,
		 ERR_CORRUPT},
		{"a file as a folder",
		 {{"d", NULL, "x", '0', 0644}, {"d/e", NULL, "x", '0', 0644}},
		 2,
		 ERR_DENIED},
	};
	char *to CLEANUP_FREE = path_join(str_c(work), S("evil-out"));
	char *target CLEANUP_FREE = path_join(str_c(work), S("evil-target"));
	ERR(err);

	IS_OK(file_write(AT_FDCWD, target, S("secret"), 0644, 0, &err), err, "a file to steal");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int fd CLEANUP_FD = tar_file(cases[i].v, cases[i].n);

		IS_ERR(archive_unpack(fd, AT_FDCWD, to, 0, &err), err, cases[i].code,
		       cases[i].what);
		OK(!exists("evil-out") && !exists("evil"), "%s: nothing appears", cases[i].what);
	}
}

static void test_replacing(void)
{
	static const struct tar_item items[] = {
		{"f", NULL, "old", '0', 0644}, {"l", "nowhere", NULL, '2', 0777},
		{"f", NULL, "new", '0', 0755}, {"l", NULL, "file now", '0', 04644},
		{"f", "f", NULL, '1', 0644},
	};
	char *to CLEANUP_FREE = path_join(str_c(work), S("replaced"));
	int fd CLEANUP_FD = tar_file(items, ARRAY_LEN(items));
	ERR(err);

	IS_OK(archive_unpack(fd, AT_FDCWD, to, 0, &err), err, "names that come twice");
	is_file("replaced/f", "new", 0755);
	is_file("replaced/l", "file now", 0644);
}

struct seen {
	struct buf names;
	bool stop;
};

static errint see(const struct archive_item *item, struct source *data, void *ctx, struct err *err)
{
	struct seen *seen = ctx;
	struct buf_sink sink = buf_sink_init(&seen->names);
	errint rc;

	buf_printf(&seen->names, "%s:%o:", item->name.p, item->mode & 0777);
	rc = source_copy(data, &sink.sink, err);
	if (!rc && seen->stop)
		return err_set(err, ERR_USAGE, "stop");
	return rc;
}

static void test_deb(void)
{
	struct seen seen = {.names = BUF_INIT(LIMIT_SMALL_FILE)};
	char *path CLEANUP_FREE = path_join(str_c(work), S("a.deb"));
	char *tar CLEANUP_FREE = path_join(str_c(work), S("a.tar"));
	int fd CLEANUP_FD = -1;
	int no_deb CLEANUP_FD = -1;
	ERR(err);

	IS_OK(open_file(AT_FDCWD, path, &fd, &err), err, "open the .deb");
	IS_OK(open_file(AT_FDCWD, tar, &no_deb, &err), err, "open a tar");
	IS_OK(deb_walk(fd, see, see, &seen, &err), err, "walk it");
	IS_Z(buf_z(&seen.names), "control:600:Package: x\nusr:700:usr/file:600:data\n",
	     "its items");
	buf_clear(&seen.names);
	IS_OK(deb_walk(fd, NULL, see, &seen, &err), err, "walk its data only");
	IS_Z(buf_z(&seen.names), "usr:700:usr/file:600:data\n", "its data");
	seen.stop = true;
	IS_ERR(deb_walk(fd, see, see, &seen, &err), err, ERR_USAGE, "a callback's own failure");
	IS_ERR(deb_walk(no_deb, see, see, &seen, &err), err, ERR_CORRUPT, "a tar as .deb");
	buf_release(&seen.names);
}

static void test_decompress(void)
{
	static const char *const cases[][2] = {
		{"one.gz", "alone\n"}, {"plain", "plain\n"}, {"empty", ""}};
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char *path CLEANUP_FREE = path_join(str_c(work), str_c(cases[i][0]));
		int fd CLEANUP_FD = -1;
		BUF(b, LIMIT_SMALL_FILE);
		struct buf_sink sink = buf_sink_init(&b);
		struct fd_source from;

		IS_OK(open_file(AT_FDCWD, path, &fd, &err), err, cases[i][0]);
		from = fd_source_init(fd);
		IS_OK(archive_decompress(&from.source, &sink.sink, &err), err, cases[i][0]);
		IS_Z(buf_z(&b), cases[i][1], cases[i][0]);
	}
}

static void test_clean_name(void)
{
	static const char *const cases[][2] = {
		{"./a//b/./c/", "a/b/c"}, {".", ""},    {"./", ""},
		{"..a/b", "..a/b"},       {"/a", NULL}, {"", NULL},
		{"a/..", NULL},           {"..", NULL},
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char out[64] = "";
		size_t n = 0;
		bool ok = archive_clean_name(str_c(cases[i][0]), out, &n);

		IS_INT(ok, cases[i][1] != NULL, cases[i][0]);
		if (ok)
			IS_STR(str_n(out, n), str_c(cases[i][1]), cases[i][0]);
	}
}

int main(void)
{
	ERR(err);

	if (temp_dir(temp_dir_root(), "t_archive-", &work, &err)) {
		printf("Bail out! %s\n", err.msg);
		return 1;
	}
	sh(make_archives);
	test_kinds();
	test_hostile();
	test_replacing();
	test_deb();
	test_decompress();
	test_clean_name();
	remove_tree_quietly(AT_FDCWD, work);
	free(work);
	return tap_done();
}
