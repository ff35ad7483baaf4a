/* SPDX-License-Identifier: MIT
 *
 * Zips: what a walk tells of good ones, by whichever reader, and that broken and hostile ones fail
 * before or at the member that is wrong. Made by python's zipfile, and by changing bytes of what it
 * made. */
#include <unistd.h>

#include "archive/archive.h"
#include "base/file.h"
#include "base/process.h"
#include "tap.h"

static char *work;

static const char make_zips[] =
	"import io, struct, sys, zipfile, zlib\n"
	"top = sys.argv[1]\n"
	"def info(name, mode=0o100644, system=3):\n"
	"    i = zipfile.ZipInfo(name); i.create_system = system; i.external_attr = mode << 16; return i\n"
	"def make(*members, method=zipfile.ZIP_DEFLATED, comment=b'', stream=False):\n"
	"    b = io.BytesIO()\n"
	"    if stream: b.seekable = lambda: False\n"
	"    with zipfile.ZipFile(b, 'w', method) as z:\n"
	"        z.comment = comment\n"
	"        for i, data in members: z.writestr(i if isinstance(i, zipfile.ZipInfo) else info(i), data, method)\n"
	"    return b.getvalue()\n"
	"def put(name, data):\n"
	"    open(top + '/' + name, 'wb').write(data)\n"
	"two = make(('a/x', 'one\\n' * 100), ('b', 'two\\n'), comment=b'PK\\5\\6 in a comment')\n"
	"central = two.index(b'PK\\1\\2')\n"
	"def changed(at, *bytes_, of=two): return of[:at] + bytes(bytes_) + of[at + len(bytes_):]\n"
	"put('two', two)\n"
	"put('stored', make(('a/x', 'one\\n' * 100), ('b', 'two\\n'), method=zipfile.ZIP_STORED))\n"
	"put('bzip2', make(('a/x', 'one\\n' * 100), ('b', 'two\\n'), method=zipfile.ZIP_BZIP2))\n"
	"put('streamed', make(('a/x', 'one\\n' * 100), ('b', 'two\\n'), stream=True))\n"
	"put('empty', make())\n"
	"b = io.BytesIO()\n"
	"with zipfile.ZipFile(b, 'w') as z:\n"
	"    with z.open(info('a/x'), 'w', force_zip64=True) as f: f.write(b'one\\n' * 100)\n"
	"    z.writestr(info('b'), 'two\\n')\n"
	"plain = b.getvalue(); end = plain.rindex(b'PK\\5\\6'); at = plain.index(b'PK\\1\\2')\n"
	"e = struct.unpack('<4s4H2LH', plain[end:])\n"
	"put('zip64', plain[:end] + struct.pack('<4sQ2H2L4Q', b'PK\\6\\6', 44, 45, 45, 0, 0, 2, 2, e[5], e[6])\n"
	"    + struct.pack('<4sLQL', b'PK\\6\\7', 0, end, 1) + struct.pack('<4s4H2LH', b'PK\\5\\6', 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0))\n"
	"put('modes', make((info('x', 0o100755), ''), (info('y', 0o755), ''), (info('z', 0o104755, 0), ''), ('d/', '')))\n"
	"nfd = info('e\\u0301'); put('nfd', make((nfd, 'x')))\n"
	"put('link', make((info('l', 0o120777), '../up')))\n"
	"put('pipe', make((info('l', 0o010644), '')))\n"
	"put('up', make(('a/../../x', '')))\n"
	"put('root', make(('/x', '')))\n"
	"put('cut', two[:-30])\n"
	"put('cut-middle', two[:40] + two[60:])\n"
	"put('crc', changed(central + 16, 1, of=two))\n"
	"put('shorter', changed(central + 24, 143, of=two))\n"
	"put('longer', changed(central + 24, 200, 1, of=two))\n"
	"put('denser', changed(central + 24, 255, 255, 255, 127, of=two))\n"
	"put('outside', changed(central + 20, 255, 255, 255, 127, of=two))\n"
	"put('encrypted', changed(central + 8, 1, of=two))\n"
	"put('names', changed(30, ord('A'), of=two))\n"
	"second = two.index(b'PK\\1\\2', central + 4)\n"
	"put('overlap', changed(second + 42, *two[central + 42:central + 46], of=two))\n"
	"put('count', changed(two.index(b'PK\\5\\6') + 10, 3, of=two))\n"
	"put('fewer', changed(two.index(b'PK\\5\\6') + 10, 1, of=two))\n"
	"put('noise', changed(30 + 3 + 2, 255, 255, of=two))\n"
	"big = info('big'); big.compress_type = zipfile.ZIP_DEFLATED\n"
	"put('big', make((big, bytes(70 << 20)), ('small', 'x')))\n";

struct told {
	struct buf text;
	size_t asked; /* members whose bytes are read */
};

/* "NAME MODE BYTES CRC-like sum;" */
static errint tell(const struct archive_item *item, struct source *data, void *ctx, struct err *err)
{
	struct told *t = ctx;
	char chunk[1000];
	size_t got = 0, n = 0;
	unsigned sum = 0;

	buf_printf(&t->text, "%d %s %o", (int)item->type, item->name.p, (unsigned)item->mode);
	if (item->type == ARCHIVE_SYMLINK)
		buf_printf(&t->text, " %s", item->link.p);
	do {
		errint rc = source_read(data, chunk, sizeof(chunk), &got, err);

		if (rc)
			return rc;
		for (size_t i = 0; i < got; i++)
			sum += (unsigned char)chunk[i];
		n += got;
	} while (got);
	buf_printf(&t->text, " %zu %u;", n, sum);
	return 0;
}

static errint walk(const char *name, archive_item_fn *fn, void *ctx, struct err *err)
{
	char *path CLEANUP_FREE = path_join(str_c(work), str_c(name));
	int fd CLEANUP_FD = -1;
	errint rc = open_file(AT_FDCWD, path, &fd, err);

	return rc ? rc : archive_walk(fd, fn, ctx, err);
}

static void is_told(const char *name, const char *want)
{
	struct told t = {.text = BUF_INIT(LIMIT_SMALL_FILE)};
	ERR(err);

	IS_OK(walk(name, tell, &t, &err), err, name);
	IS_Z(buf_z(&t.text), want, name);
	buf_release(&t.text);
}

static void fails(const char *name, int code, const char *text)
{
	struct told t = {.text = BUF_INIT(LIMIT_SMALL_FILE)};
	ERR(err);

	IS_INT(walk(name, tell, &t, &err), code, name);
	OK(err.msg && strstr(err.msg, text), "'%s' says why", name);
	if (err.msg && !strstr(err.msg, text))
		printf("# %s\n", err.msg);
	buf_release(&t.text);
}

static errint look(const struct archive_item *item, struct source *data, void *ctx, struct err *err)
{
	++*(size_t *)ctx;
	return 0;
}

/* What nobody asks for is not unpacked, so that it may be broken. */
static void test_lazy(void)
{
	size_t n = 0;
	ERR(err);

	IS_OK(walk("crc", look, &n, &err), err, "a walk that reads nothing");
	IS_INT((int)n, 2, "sees both");
}

static errint copy(const struct archive_item *item, struct source *data, void *ctx, struct err *err)
{
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	errint rc = source_copy(data, &sink.sink, err);

	*(uint64_t *)ctx += sink.size;
	return rc;
}

static void test_big(void)
{
	uint64_t n = 0;
	ERR(err);

	IS_OK(walk("big", copy, &n, &err), err, "a member that is not held in memory");
	OK(n == (70 << 20) + 1, "with all of its bytes");
}

/* What is made here is read here and by python, and is always the same. */
static void test_made(void)
{
	const struct archive_text texts[] = {{S("d/one"), S("one\n")}, {S("two"), S("")}};
	char *path CLEANUP_FREE = path_join(str_c(work), S("made"));
	struct arena a CLEANUP(arena_release) = {0};
	struct str zip = S(""), again = S(""), none = S("");
	BUF(out, LIMIT_TOOL_OUTPUT);
	ERR(err);

	IS_OK(archive_zip_of_texts(&a, texts, 2, &zip, &err), err, "a zip is made");
	IS_OK(archive_zip_of_texts(&a, texts, 2, &again, &err), err, "and again");
	OK(zip.n && str_eq(zip, again), "of the same bytes");
	IS_OK(file_write(AT_FDCWD, path, zip, 0644, 0, &err), err, "write it");
	is_told("made", "0 d/one 644 4 332;0 two 644 0 0;");
	const char *const argv[] = {"python3", "-m", "zipfile", "-t", path, NULL};
	IS_OK(process_capture(argv, &out, NULL, &err), err, "python reads it");
	OK(strstr(buf_z(&out), "Done testing"), "and finds nothing wrong");
	IS_OK(archive_zip_of_texts(&a, texts, 0, &none, &err), err, "an empty one");
	IS_INT((int)none.n, 22, "is an end record");
}

int main(void)
{
	ERR(err);
	BUF(out, LIMIT_TOOL_OUTPUT);

	if (temp_dir(temp_dir_root(), "kiln-zip", &work, &err))
		return 1;
	const char *const argv[] = {"python3", "-c", make_zips, work, NULL};
	IS_OK(process_capture(argv, &out, NULL, &err), err, "make the zips");
	if (err.detail)
		printf("# %s\n", err.detail);
	static const char both[] = "0 a/x 644 400 33200;0 b 644 4 356;";
	static const char *const same[] = {"two", "stored", "bzip2", "streamed", "zip64"};
	for (size_t i = 0; i < ARRAY_LEN(same); i++)
		is_told(same[i], both);
	is_told("empty", "");
	is_told("modes", "0 x 755 0 0;0 y 644 0 0;0 z 4755 0 0;1 d 644 0 0;");
	is_told("nfd", "0 e\xcc\x81 644 1 120;");
	is_told("link", "2 l 777 ../up 0 0;");
	fails("pipe", ERR_CORRUPT, "a device, pipe or socket: 'l'");
	fails("up", ERR_CORRUPT, "the unsafe name 'a/../../x'");
	fails("root", ERR_CORRUPT, "the unsafe name '/x'");
	fails("cut", ERR_CORRUPT, "it has no end record, and may be cut off");
	fails("cut-middle", ERR_CORRUPT, "its end record is broken");
	fails("crc", ERR_CORRUPT, "'a/x': cannot read the archive: the CRC of its data is another");
	fails("shorter", ERR_CORRUPT, "not as long as it says");
	fails("longer", ERR_CORRUPT, "not as long as it says");
	fails("denser", ERR_CORRUPT, "more would come out of its data than there can be in it");
	fails("outside", ERR_CORRUPT, "it is cut off");
	fails("encrypted", ERR_UNSUPPORTED, "'a/x' is encrypted");
	fails("names", ERR_CORRUPT, "its two lists of contents have different names");
	fails("overlap", ERR_CORRUPT, "its members overlap");
	fails("count", ERR_CORRUPT, "its end record is broken");
	fails("fewer", ERR_CORRUPT, "its list of contents is broken");
	fails("noise", ERR_CORRUPT, "its compressed data is broken");
	test_lazy();
	test_big();
	test_made();
	remove_tree_quietly(AT_FDCWD, work);
	free(work);
	return tap_done();
}
