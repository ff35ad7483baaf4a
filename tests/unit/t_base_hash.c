/* SPDX-License-Identifier: MIT
 *
 * Encodings and hashes of src/base. Vectors: RFC 4648 section 10, FIPS 180-4 examples, and base32
 * as `nix-hash --to-base32` prints it. */
#include "tap.h"

#include <fcntl.h>
#include <unistd.h>
#include "base/file.h"
#include "base/hash.h"
#include "base/stream.h"

static void test_base64(void)
{
	static const char *const rows[][2] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff", "+/8="},
	};
	uint8_t back[64];

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		size_t n = strlen(rows[i][0]);
		char text[64];

		base64_encode((const uint8_t *)rows[i][0], n, text);
		IS_Z(text, rows[i][1], "base64");
		OK(base64_decode(str_c(text), back, n) && memcmp(back, rows[i][0], n) == 0,
		   "and back");
		IS_INT(base64_decode_any(str_c(text), back), n, "of any length");
	}
	static const char *const bad[] = {"Zg",     "Zg=",  "Zh==",     "Zm9=", "Z===", "====", "=",
					  "Zm9v\n", "Zm-_", "Zg==Zg==", "Zm=v", " Zm9", "Zg= ="};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		OK(base64_decode_any(str_c(bad[i]), back) == -1, "'%s' is not base64", bad[i]);
	memset(back, 7, sizeof(back));
	OK(!base64_decode(S("Zm9v"), back, 2) && !base64_decode(S("Zm8="), back, 3) &&
		   !base64_decode(S("Zh=="), back, 1),
	   "a decoder of n bytes takes only n bytes");
	IS_INT(back[0], 7, "and sets nothing on failure");
}

static void test_base16(void)
{
	uint8_t back[4] = {7};
	char text[9];

	base16_encode((const uint8_t *)"\x00\x9f\xff\x10", 4, text);
	IS_Z(text, "009fff10", "base16");
	OK(base16_decode(S("009FfF10"), back, 4) && memcmp(back, "\x00\x9f\xff\x10", 4) == 0,
	   "both cases decode");
	OK(!base16_decode(S("009fff1"), back, 4) && !base16_decode(S("009fff1g"), back, 4) &&
		   !base16_decode(S("009fff1`"), back, 4) &&
		   !base16_decode(S("009fff1\x10"), back, 4),
	   "wrong length and letters");
}

static void test_base32(void)
{
	uint8_t bytes[64], back[64];
	char text[128];
	unsigned x = 1;
	bool same = true;

	for (int round = 0; round < 2000; round++) {
		size_t n = (size_t)round % sizeof(bytes);

		for (size_t i = 0; i < n; i++) {
			x = x * 1103515245u + 12345;
			bytes[i] = (uint8_t)(x >> 16);
		}
		base32_encode(bytes, n, text);
		same = same && strlen(text) == BASE32_LEN(n) &&
		       base32_decode(str_c(text), back, n) && memcmp(bytes, back, n) == 0;
	}
	OK(same, "base32 of 2000 strings of all lengths and back");
	/* 32 bytes are 256 bits, 52 letters 260: the first letter is 0 or 1. */
	OK(!base32_decode(S("2111111111111111111111111111111111111111111111111111"), back, 32) &&
		   base32_decode(S("1111111111111111111111111111111111111111111111111111"), back,
				 32),
	   "stray bits are refused");
	OK(!base32_decode(S("e111111111111111111111111111111111111111111111111111"), back, 32) &&
		   !base32_decode(S("A111111111111111111111111111111111111111111111111111"), back,
				  32),
	   "letters outside of the alphabet, too");
	OK(!base32_decode(S("111"), back, 2) && !base32_decode(S("00001"), back, 2),
	   "wrong length");
}

static const char abc[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static void test_digests(void)
{
	static const struct {
		enum hash_algo algo;
		const char *in, *want;
	} rows[] = {
		{HASH_MD5, "", "d41d8cd98f00b204e9800998ecf8427e"},
		{HASH_SHA1, "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{HASH_SHA256, "abc", abc},
		{HASH_SHA256, "",
		 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{HASH_SHA512, "abc",
		 "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
		 "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct hash h, h2;
		char text[HASH_TEXT_MAX];

		hash_bytes(rows[i].algo, str_c(rows[i].in), &h);
		IS_Z(hash_format(&h, HASH_BASE16, false, text), rows[i].want,
		     hash_algo_name(rows[i].algo));
		struct hash_ctx *c = hash_ctx_new(rows[i].algo);

		for (const char *p = rows[i].in; *p; p++)
			hash_update(c, p, 1);
		hash_finish(c, &h2);
		OK(hash_eq(&h, &h2), "the same byte by byte");
	}
}

static void test_none(void)
{
	struct hash none = {0}, md5 = {.algo = HASH_MD5};
	enum hash_algo algo = HASH_MD5;

	OK(none.algo == HASH_NONE, "what is zeroed has no algorithm");
	OK(hash_eq(&none, &(struct hash){0}), "two of these are equal");
	OK(!hash_eq(&none, &md5) && !hash_eq(&md5, &none), "and no hash of zeroes");
	OK(!hash_algo_parse(S(""), &algo) && !hash_algo_parse(S("none"), &algo) && algo == HASH_MD5,
	   "it has no name");
}

static void test_formats(void)
{
	struct hash h;
	char text[HASH_TEXT_MAX];

	hash_bytes(HASH_SHA256, S("abc"), &h);
	IS_Z(hash_format(&h, HASH_NIX32, true, text),
	     "sha256:1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", "nix32");
	IS_Z(hash_format(&h, HASH_BASE64, true, text),
	     "sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "base64");
	IS_Z(hash_format(&h, HASH_SRI, false, text),
	     "sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", "SRI");
	memset(&h, 0xff, sizeof(h));
	h.algo = HASH_SHA512;
	OK(strlen(hash_format(&h, HASH_BASE16, true, text)) < HASH_TEXT_MAX,
	   "the longest text fits");
	uint8_t folded[20];
	struct hash f = {.algo = HASH_SHA256};

	for (size_t i = 0; i < 32; i++)
		f.b[i] = (uint8_t)(1 << i % 8);
	hash_compress(&f, folded, 20);
	OK(folded[0] == (1 ^ 16) && folded[11] == (8 ^ 128) && folded[12] == 16,
	   "compression folds by exclusive or");
}

static void test_parse(void)
{
	static const struct {
		const char *text;
		enum hash_algo algo;
		bool ok;
	} rows[] = {
		{"sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		 HASH_ANY, true},
		{"sha256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD",
		 HASH_SHA256, true},
		{"sha256:1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", HASH_ANY, true},
		{"sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", HASH_ANY, true},
		{"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", HASH_ANY, true},
		{"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", HASH_SHA256, true},
		{"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", HASH_SHA256,
		 true},
		{"1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", HASH_SHA256, true},
		{"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", HASH_SHA256, true},
		/* no algorithm anywhere */
		{"1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", HASH_ANY, false},
		{"", HASH_ANY, false},
		{"", HASH_SHA256, false},
		/* another one than was asked for */
		{"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", HASH_SHA512, false},
		/* SRI is base64 only */
		{"sha256-1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", HASH_ANY, false},
		{"sha256-ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
		 HASH_ANY, false},
		/* what Nix reads, too: less or more padding, unused bits */
		{"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0", HASH_ANY, true},
		{"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0==", HASH_ANY, true},
		{"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa3=", HASH_ANY, true},
		{"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa3=", HASH_SHA256, true},
		{"ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0", HASH_SHA256, false},
		{"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa", HASH_ANY, false},
		{"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa=", HASH_ANY, false},
		{"sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=x", HASH_ANY, false},
		{"sha256-ung_v48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", HASH_ANY, false},
		{"sha512-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", HASH_ANY, false},
		{"sha3:1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", HASH_ANY, false},
		{"sha256:", HASH_ANY, false},
		{"sha256-", HASH_ANY, false},
		{":", HASH_ANY, false},
		{"sha256:1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5", HASH_ANY, false},
		{"sha256:2b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s", HASH_ANY, false},
	};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		ERR(err);
		struct hash h = {.algo = HASH_MD5};
		char text[HASH_TEXT_MAX];
		errint rc = hash_parse(str_c(rows[i].text), rows[i].algo, &h, &err);

		OK((rc == 0) == rows[i].ok, "parse '%s'", rows[i].text);
		if (rows[i].ok)
			IS_Z(hash_format(&h, HASH_BASE16, false, text), abc, "to the same digest");
		else
			OK(h.algo == HASH_MD5 && err.msg, "sets nothing, says why");
	}
	char *big CLEANUP_FREE = xcalloc(1, 1 << 20);
	struct hash h;
	ERR(err);

	IS_ERR(hash_parse(str_n(big, 1 << 20), HASH_SHA256, &h, &err), err, ERR_CORRUPT,
	       "a huge text is refused without being quoted");
}

static void test_streams(void)
{
	ERR(err);
	BUF(b, 3);
	BUF(whole, 100);
	struct buf_sink end = buf_sink_init(&whole);
	struct hash_sink tee = hash_sink_init(HASH_SHA256, &end.sink);
	struct str_source from = str_source_init(S("abc"));
	struct hash h, by_fd;
	char text[HASH_TEXT_MAX];

	IS_OK(source_copy(&from.source, &tee.sink, &err), err, "copy through a hash");
	hash_sink_finish(&tee, &h);
	IS_Z(hash_format(&h, HASH_BASE16, false, text), abc, "hash of what passed");
	IS_STR(buf_str(&whole), S("abc"), "which passed");
	IS_INT(tee.size, 3, "and was counted");
	hash_sink_release(&tee);
	struct buf_sink small = buf_sink_init(&b);

	IS_ERR(sink_write(&small.sink, "abcd", 4, &err), err, ERR_TOO_BIG, "a full buffer refuses");
	char five[5];

	from = str_source_init(S("abcd"));
	IS_ERR(source_read_full(&from.source, five, 5, &err), err, ERR_CORRUPT, "an early end");
	from = str_source_init(S("abcdef"));
	IS_OK(source_read_full(&from.source, five, 5, &err), err, "a full read");
	IS_STR(from.rest, S("f"), "takes no more than it needs");

	int pipes[2];

	if (pipe(pipes) || write(pipes[1], "abc", 3) != 3)
		exit(1);
	close(pipes[1]);
	IS_OK(hash_fd(HASH_SHA256, pipes[0], &by_fd, &err), err, "hash of a pipe");
	OK(hash_eq(&h, &by_fd), "is that of its bytes");
	close(pipes[0]);
	IS_ERR(hash_fd(HASH_SHA256, -1, &by_fd, &err), err, ERR_SYSTEM, "no descriptor");
	struct fd_source closed = fd_source_init(-1);

	IS_ERR(source_copy(&closed.source, &end.sink, &err), err, ERR_SYSTEM,
	       "a failing source ends the copy");
}

/* Sizes around those at which the thread starts and its blocks end, in pieces of odd lengths. */
static void test_threads(void)
{
	enum { MOST = 9 << 20 };
	static const size_t sizes[] = {0, 1, 4 << 20, (4 << 20) + 1, (4 << 20) + (256 << 10), MOST};
	char *bytes CLEANUP_FREE = xmalloc(MOST);
	ERR(err);

	for (size_t i = 0; i < MOST; i++)
		bytes[i] = (char)(i * 2654435761u >> 11);
	for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
		struct hash_sink sink CLEANUP(hash_sink_release) =
			hash_sink_init_big(HASH_SHA256, NULL);
		struct hash want, got;
		size_t at = 0, piece = 1;
		errint rc = 0;

		for (; !rc && at < sizes[i]; at += piece, piece = piece * 7 % 300007 + 1) {
			piece = MIN(piece, sizes[i] - at);
			rc = sink_write(&sink.sink, bytes + at, piece, &err);
		}
		IS_OK(rc, err, "write");
		IS_INT(sink.size, sizes[i], "all of it");
		hash_sink_finish(&sink, &got);
		hash_bytes(HASH_SHA256, str_n(bytes, sizes[i]), &want);
		OK(hash_eq(&got, &want), "%zu bytes", sizes[i]);
	}
	struct hash_sink given_up CLEANUP(hash_sink_release) =
		hash_sink_init_big(HASH_SHA256, NULL);
	IS_OK(sink_write(&given_up.sink, bytes, MOST, &err), err, "one that is not finished");
}

/* Bytes that are put where they will be hashed, among others that are copied there. */
static void test_room(void)
{
	enum { MOST = 7 << 20 };
	char *bytes CLEANUP_FREE = xmalloc(MOST);
	struct hash_sink sink CLEANUP(hash_sink_release) = hash_sink_init_big(HASH_SHA256, NULL);
	struct hash_sink plain CLEANUP(hash_sink_release) = hash_sink_init(HASH_SHA256, NULL);
	struct hash want, got;
	size_t room, piece = 1;
	errint rc = 0;
	ERR(err);

	for (size_t i = 0; i < MOST; i++)
		bytes[i] = (char)(i * 2654435761u >> 13);
	OK(!sink_room(&plain.sink, &room), "who hashes at once takes bytes from anywhere");
	for (size_t at = 0; !rc && at < MOST; at += piece) {
		char *to = sink_room(&sink.sink, &room);
		bool copied = piece % 3 == 0;

		piece = MIN(piece * 7 % 40009 + 1, MOST - at);
		piece = copied ? piece : MIN(piece, room);
		if (!copied)
			memcpy(to, bytes + at, piece);
		rc = sink_write(&sink.sink, copied ? bytes + at : to, piece, &err);
	}
	IS_OK(rc, err, "write");
	hash_sink_finish(&sink, &got);
	hash_bytes(HASH_SHA256, str_n(bytes, MOST), &want);
	OK(hash_eq(&got, &want), "the hash is that of all");
}

static void test_mismatch(void)
{
	struct hash want, got, none = {.algo = HASH_SHA256};
	ERR(err);

	hash_bytes(HASH_SHA256, S("want"), &want);
	hash_bytes(HASH_SHA256, S("got"), &got);
	IS_INT(hash_mismatch(&err, HASH_OF_OUTPUT, S("/s/x.drv"), &want, &got), ERR_MISMATCH,
	       "an output");
	IS_Z(err.msg, "hash mismatch in fixed-output derivation '/s/x.drv':", "as Nix says it");
	IS_Z(err.detail,
	     "  specified: sha256-hlaqVdOTsDK38F/UDarBJ8SGIxUBcHKyMdcmzPDWhuY=\n"
	     "     got:    sha256-BJfbUX7wWMttNnLV/+jwYv3avEv1aqHSVLfweOmnnkk=",
	     "with both hashes");
	OK(!err.hint, "and no advice");
	hash_mismatch(&err, HASH_OF_INPUT, S("path:/x"), &want, &got);
	IS_Z(err.msg,
	     "NAR hash mismatch in input 'path:/x', expected "
	     "'sha256-hlaqVdOTsDK38F/UDarBJ8SGIxUBcHKyMdcmzPDWhuY=' but got "
	     "'sha256-BJfbUX7wWMttNnLV/+jwYv3avEv1aqHSVLfweOmnnkk='",
	     "an input, in one line");
	hash_mismatch(&err, HASH_OF_OUTPUT, S("/s/x.drv"), &none, &got);
	IS_Z(err.hint,
	     "if that content is right: hash = "
	     "\"sha256-BJfbUX7wWMttNnLV/+jwYv3avEv1aqHSVLfweOmnnkk=\";",
	     "where no hash was known, the line to paste");
	hash_mismatch(&err, HASH_OF_OUTPUT, S("/s/x.drv"), &want, &got);
	hash_mismatch_packed(&err, &want, &got);
	OK(!err.hint, "an archive with another hash has nothing to do with it");
	hash_mismatch_packed(&err, &want, &want);
	IS_Z(err.hint,
	     "what is specified is the hash of the archive itself; expected is that of the unpacked "
	     "tree, which was got",
	     "one that has the hash specified for its tree");
}

int main(void)
{
	test_mismatch();
	test_base64();
	test_base16();
	test_base32();
	test_digests();
	test_none();
	test_formats();
	test_parse();
	test_streams();
	test_threads();
	test_room();
	return tap_done();
}
