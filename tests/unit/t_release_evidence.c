/* SPDX-License-Identifier: MIT
 *
 * Evidence that must not count, one case a way to cheat or to be mistaken, and the shelf that it
 * lies on. */
#include <stdlib.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "git/git_shelf.h"
#include "release/dsse.h"
#include "release/evidence.h"
#include "release/statement.h"
#include "store/key_ring.h"
#include "tap.h"
#include "tap_shell.h"

enum { NOW = 1800000000, DAY = 86400 };

static struct arena mem;
static char *work, *repo, *older, *newer, *foreign;
static struct signing_key ci, thief, boss;
static struct key_ring ring;

static char *commit_in(const char *dir, const char *message)
{
	char *command CLEANUP_FREE =
		xasprintf("set -e; mkdir -p '%s'; cd '%s'; [ -d .git ] || git init -q .; "
			  "git -c user.name=a -c user.email=a@b commit -q --allow-empty -m '%s'; "
			  "git rev-parse HEAD",
			  dir, dir, message);

	return shell(command);
}

static struct trusted_key trusted(const struct signing_key *k)
{
	struct trusted_key t = {.from = INT64_MIN, .until = INT64_MAX};

	signing_key_public(k, &t.key);
	t.evidence = t.reason = S("");
	return t;
}

/* What every case begins with: two commits, no evidence, ci and boss trusted. */
static void begin(void)
{
	static struct trusted_key v[2];
	char *clean CLEANUP_FREE = xasprintf(
		"rm -rf '%s'/repo/.git/refs/kiln && rm -f '%s'/repo/.git/packed-refs", work, work);

	free(shell(clean));
	v[0] = trusted(&ci);
	v[1] = trusted(&boss);
	ring = (struct key_ring){v, 2};
}

static struct evidence good(void)
{
	struct evidence e = {
		.gate = S("build"),
		.result = S("passed"),
		.track = S("latest"),
		.project = S(""),
		.commit = str_c(newer),
		.tree = str_c(newer),
		.recipe = S("comfyui"),
		.version = S("0.3.75"),
		.system = S("x86_64-linux"),
		.paths = 3,
		.kiln = S("0.1.0"),
		.set_version = S("0.1.0"),
		.set_hash = S("sha256-x"),
		.definition = S("abc"),
		.started = NOW - 60,
		.finished = NOW - 30,
		.details = S("{\"built\":2}"),
	};

	hash_bytes(HASH_SHA256, S("bits"), &e.closure);
	return e;
}

static struct evidence_query query(const struct hash *closure)
{
	return (struct evidence_query){
		.repo = repo,
		.keys = &ring,
		.commit = str_c(newer),
		.project = S(""),
		.gate = S("build"),
		.track = S("latest"),
		.definition = S("abc"),
		.any_track = true,
		.closure = closure,
		.now = NOW,
		.explain = true,
	};
}

static void put(const struct evidence *e, const struct signing_key *k)
{
	ERR(err);

	IS_OK(evidence_add(repo, e, k, 1, &err), err, "evidence is added");
}

/* An envelope that evidence_add() would not make. */
static void put_raw(struct str commit, const char *gate, struct str bytes)
{
	struct git_shelf *s CLEANUP(git_shelf_cleanup) = NULL;
	char hash[HASH_TEXT_MAX];
	struct hash h;
	ERR(err);

	hash_bytes(HASH_SHA256, bytes, &h);
	struct git_shelf_item item = {
		str_c(arena_printf(&mem, "%.2s/%s/%s/%s.json", commit.p, commit.p + 2, gate,
				   hash_format(&h, HASH_BASE16, false, hash))),
		bytes};
	errint rc = git_shelf_open(repo, EVIDENCE_REF, &s, &err);
	if (!rc)
		rc = git_shelf_add(s, &item, 1, "by hand", &err);
	IS_OK(rc, err, "an envelope is put there by hand");
}

static struct str envelope(const struct evidence *e, const struct signing_key *k, size_t n)
{
	BUF(statement, LIMIT_SMALL_FILE);
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	statement_print(e, &statement);
	IS_OK(dsse_make(S(STATEMENT_PAYLOAD_TYPE), buf_str(&statement), k, n, &out, &err), err,
	      "an envelope");
	return arena_str(&mem, buf_str(&out));
}

static void is(const struct evidence_query *q, enum evidence_verdict want, const char *what)
{
	struct evidence_answer at;
	ERR(err);
	errint rc = evidence_find(q, &mem, &at, &err);

	if (rc)
		IS_OK(rc, err, what);
	else
		IS_Z(evidence_verdict_text(at.verdict), evidence_verdict_text(want), what);
	if (!rc)
		printf("# %.*s\n", STR_ARG(at.why));
}

static void refused(enum evidence_verdict want, const char *what)
{
	struct evidence e = good();
	struct evidence_query q = query(&e.closure);

	is(&q, want, what);
}

/* ---- the cases ---- */

static void case_counts(void)
{
	struct evidence e = good();
	struct evidence_query q = query(&e.closure);
	struct evidence_answer at;
	ERR(err);

	refused(EVIDENCE_ABSENT, "none at all");
	put(&e, &ci);
	refused(EVIDENCE_COUNTS, "honest evidence counts");
	IS_OK(evidence_find(&q, &mem, &at, &err), err, "it is found");
	IS_STR(at.key, S("ci"), "with its key");
	IS_STR(at.found.details, e.details, "with its details");
	IS_INT(at.found.paths, 3, "with its number of paths");
	IS_INT(at.found.finished, e.finished, "with its time");
	q.closure = NULL;
	is(&q, EVIDENCE_COUNTS, "whatever the bits are");
	e.result = S("failed");
	e.finished += 10;
	put(&e, &ci);
	refused(EVIDENCE_FAILED, "a later failure is heard");
	e.result = S("passed");
	e.finished += 10;
	put(&e, &ci);
	refused(EVIDENCE_COUNTS, "and a later pass");
}

static void case_unsigned(void)
{
	struct evidence e = good();

	put_raw(e.commit, "build", envelope(&e, &ci, 0));
	refused(EVIDENCE_UNSIGNED, "1: an unsigned statement");
}

static void case_altered(void)
{
	struct evidence e = good(), bad = good();
	struct str honest, other;

	e.result = S("failed");
	honest = envelope(&e, &ci, 1);
	other = envelope(&bad, &ci, 0);
	/* The signature of the failure on the text of a pass. */
	ptrdiff_t at = str_find(honest, S(",\"signatures\":"));
	ptrdiff_t cut = str_find(other, S(",\"signatures\":"));
	put_raw(e.commit, "build",
		str_c(arena_printf(&mem, "%.*s%.*s", (int)cut, other.p,
				   (int)(honest.n - (size_t)at), honest.p + at)));
	refused(EVIDENCE_FORGED, "2: a signature taken from another text");
}

static void case_namesake(void)
{
	struct evidence e = good();
	struct signing_key k = thief;

	k.name = S("ci");
	put(&e, &k);
	refused(EVIDENCE_FORGED, "3: another key of a trusted name");
}

static void case_unknown(void)
{
	struct evidence e = good();

	put(&e, &thief);
	refused(EVIDENCE_UNKNOWN_KEY, "4: a key that nobody trusts");
}

static void case_retired(void)
{
	struct evidence e = good();
	ERR(err);

	put(&e, &ci);
	ring.v[0].retired = true;
	ring.v[0].retired_at = NOW;
	IS_OK(evidence_tip(repo, &mem, &ring.v[0].evidence, &err), err, "what was there");
	refused(EVIDENCE_COUNTS, "what was there when its key retired stays good");
	begin();
	put(&e, &boss);
	ring.v[0].retired = true;
	ring.v[0].retired_at = NOW;
	IS_OK(evidence_tip(repo, &mem, &ring.v[0].evidence, &err), err, "what was there");
	e.finished = NOW - 30 * DAY;
	e.started = e.finished;
	e.gate = S("check");
	put(&e, &ci);
	struct evidence_query q = query(&e.closure);
	q.gate = S("check");
	is(&q, EVIDENCE_RETIRED, "5: a retired key that writes an earlier date");
	ring.v[0].evidence = S("");
	is(&q, EVIDENCE_RETIRED, "retired when there was none");
}

static void case_compromised(void)
{
	struct evidence e = good();
	ERR(err);

	put(&e, &ci);
	IS_OK(evidence_tip(repo, &mem, &ring.v[0].evidence, &err), err, "what was there");
	ring.v[0].retired = ring.v[0].compromised = true;
	refused(EVIDENCE_COMPROMISED, "6: a compromised key, whenever it signed");
}

static void case_closure(void)
{
	struct evidence e = good();

	hash_bytes(HASH_SHA256, S("other bits"), &e.closure);
	put(&e, &ci);
	refused(EVIDENCE_OTHER_CLOSURE, "7: evidence of other bits");
}

static void case_stale(void)
{
	struct evidence e = good();

	e.commit = str_c(older);
	put(&e, &ci);
	refused(EVIDENCE_STALE, "8: evidence of an older commit");
	/* The same, moved to where evidence of the newer one lies. */
	put_raw(str_c(newer), "build", envelope(&e, &ci, 1));
	refused(EVIDENCE_STALE, "moved to the commit's own folder");
}

static void case_repository(void)
{
	struct evidence e = good();

	e.commit = str_c(foreign);
	put(&e, &ci);
	put_raw(str_c(newer), "build", envelope(&e, &ci, 1));
	refused(EVIDENCE_OTHER_REPOSITORY, "9: evidence of another repository");
}

static void case_track(void)
{
	struct evidence e = good();
	struct evidence_query q = query(&e.closure);

	q.any_track = false;
	q.gate = e.gate = S("approval");
	e.track = S("latest-testing");
	put(&e, &boss);
	is(&q, EVIDENCE_OTHER_TRACK, "10: an approval given for another track");
}

static void case_tag(void)
{
	struct evidence e = good();
	struct evidence_query q = query(&e.closure);

	q.gate = e.gate = S("tag");
	q.ref = e.ref = S("refs/tags/v0.3.75");
	e.target = str_c(newer);
	q.target = str_c(older);
	put(&e, &ci);
	is(&q, EVIDENCE_TAG_MOVED, "11: a tag that moved after it was signed");
	q.commit = str_c(older);
	is(&q, EVIDENCE_TAG_MOVED, "asked from where it moved to");
	q.commit = q.target = str_c(newer);
	is(&q, EVIDENCE_COUNTS, "where it was it counts");
}

static void case_words(void)
{
	struct evidence e = good();
	struct evidence_query q = query(&e.closure);

	put(&e, &ci);
	q.project = S("other/");
	is(&q, EVIDENCE_OTHER_PROJECT, "12: of another project in the repository");
	q = query(&e.closure);
	q.definition = S("abd");
	is(&q, EVIDENCE_OTHER_DEFINITION, "13: of a gate that was another one");
	q = query(&e.closure);
	q.gate = S("check");
	is(&q, EVIDENCE_ABSENT, "of another gate");
	static struct str only[] = {S("approval")};
	ring.v[0].gates = only;
	ring.v[0].n_gates = 1;
	refused(EVIDENCE_OTHER_GATES, "14: by a key for other gates");
}

static void case_clocks(void)
{
	struct evidence e = good();

	put(&e, &ci);
	ring.v[0].until = NOW - DAY;
	refused(EVIDENCE_EXPIRED, "15: after its key had expired");
	ring.v[0].until = INT64_MAX;
	ring.v[0].from = NOW + DAY;
	refused(EVIDENCE_NOT_YET, "16: before its key was valid");
	begin();
	e.started = e.finished = NOW + DAY;
	put(&e, &ci);
	refused(EVIDENCE_FUTURE, "17: from the future");
}

static void case_broken(void)
{
	static const char *const texts[] = {
		"",
		"{}",
		"[]",
		"null",
		"{\"payload\":\"e30=\",\"payloadType\":\"x\",\"signatures\":[]}",
		"{\"payload\":\"!\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[]}",
	};
	struct evidence e = good();
	BUF(plain, LIMIT_SMALL_FILE);
	BUF(out, LIMIT_SMALL_FILE);
	ERR(err);

	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		begin();
		put_raw(e.commit, "build", str_c(texts[i]));
		refused(EVIDENCE_MALFORMED, "18: what is no envelope of a statement");
	}
	begin();
	statement_print(&e, &plain);
	IS_OK(dsse_make(S("text/plain"), buf_str(&plain), &ci, 1, &out, &err), err, "an envelope");
	put_raw(e.commit, "build", buf_str(&out));
	refused(EVIDENCE_MALFORMED, "19: signed as something else");
}

/* The honest envelope with another list of signatures. */
static struct str with_signatures(struct str honest, const char *list)
{
	ptrdiff_t at = str_find(honest, S("\"signatures\":"));

	return str_c(arena_printf(&mem, "%.*s\"signatures\":[%s]}", (int)at, honest.p, list));
}

static void case_several(void)
{
	struct signing_key both[2] = {thief, ci}, twice[2] = {ci, ci};
	struct evidence e = good();
	ERR(err);

	IS_OK(evidence_add(repo, &e, both, 2, &err), err, "two signatures");
	refused(EVIDENCE_COUNTS, "one of two keys is trusted");
	IS_ERR(evidence_add(repo, &e, twice, 2, &err), err, ERR_USAGE, "one key twice");
	begin();
	struct str honest = envelope(&e, &ci, 1);
	ptrdiff_t at = str_find(honest, S("\"sig\":"));
	const char *sig = arena_printf(&mem, "%.*s", 96, honest.p + at);
	put_raw(e.commit, "build",
		with_signatures(honest, arena_printf(&mem,
						     "{\"sig\":\"AAAA\"},{\"keyid\":\"ci\","
						     "\"sig\":\"\"},{\"keyid\":\"ci\",%s}",
						     sig)));
	refused(EVIDENCE_COUNTS, "broken signatures in front of a good one");
	begin();
	put_raw(e.commit, "build", with_signatures(honest, arena_printf(&mem, "{%s}", sig)));
	refused(EVIDENCE_COUNTS, "a signature that names no key");
	begin();
	put_raw(e.commit, "build",
		with_signatures(honest, arena_printf(&mem, "{\"keyid\":\"boss\",%s}", sig)));
	refused(EVIDENCE_FORGED, "one that names another trusted key");
}

/* ---- two people ---- */

static size_t count_files(const char *ref)
{
	struct git_shelf *s CLEANUP(git_shelf_cleanup) = NULL;
	struct git_shelf_item *v;
	size_t n = 0;
	ERR(err);
	errint rc = git_shelf_open(repo, ref, &s, &err);

	if (!rc)
		rc = git_shelf_read(s, NULL, "", S(""), &mem, &v, &n, &err);
	IS_OK(rc, err, "read");
	return n;
}

static void test_merge(void)
{
	struct evidence e = good();
	bool changed, grows;
	char *copy CLEANUP_FREE =
		xasprintf("cd '%s' && git update-ref refs/kiln/theirs refs/kiln/evidence && "
			  "git rev-parse refs/kiln/theirs",
			  repo);
	char *tidy CLEANUP_FREE = xasprintf(
		"cd '%s' && git fsck --strict --no-dangling 2>&1; "
		"git rev-list --count refs/kiln/evidence; git rev-parse refs/kiln/evidence",
		repo);
	struct git_shelf *s CLEANUP(git_shelf_cleanup) = NULL;
	ERR(err);

	begin();
	put(&e, &ci);
	char *base CLEANUP_FREE = shell(copy);
	IS_OK(evidence_merge(repo, "refs/kiln/theirs", &changed, &err), err, "the same");
	OK(!changed, "nothing to unite");
	e.finished++;
	put(&e, &ci);
	char *theirs CLEANUP_FREE = shell(copy);
	char *back CLEANUP_FREE =
		xasprintf("cd '%s' && git update-ref refs/kiln/evidence %s", repo, base);
	free(shell(back));
	e.finished++;
	put(&e, &boss);
	IS_OK(evidence_merge(repo, "refs/kiln/theirs", &changed, &err), err, "two that differ");
	OK(changed, "something to unite");
	IS_INT(count_files(EVIDENCE_REF), 3, "all of both is there");
	char *told CLEANUP_FREE = shell(tidy);
	OK(strncmp(told, "4\n", 2) == 0, "git finds nothing wrong: %s", told);
	IS_OK(git_shelf_open(repo, EVIDENCE_REF, &s, &err), err, "open");
	IS_OK(git_shelf_grows(s, theirs, told + 2, &grows, &err), err, "compare");
	OK(grows, "nothing is lost");
	IS_OK(git_shelf_grows(s, told + 2, theirs, &grows, &err), err, "compare");
	OK(!grows, "less is seen as less");
	free(shell(back));
	IS_OK(evidence_merge(repo, "refs/kiln/theirs", &changed, &err), err, "who only follows");
	char *now CLEANUP_FREE = shell(tidy);
	OK(strstr(now, theirs) != NULL, "moves forward");
	IS_OK(evidence_merge(repo, "refs/kiln/none", &changed, &err), err, "no such ref");
}

static void test_dsse(void)
{
	BUF(pae, LIMIT_SMALL_FILE);
	struct dsse d;
	ERR(err);

	/* The specification's own example. */
	dsse_pae(S("http://example.com/HelloWorld"), S("hello world"), &pae);
	IS_STR(buf_str(&pae), S("DSSEv1 29 http://example.com/HelloWorld 11 hello world"), "PAE");
	IS_OK(dsse_parse(&mem,
			 S("{\"payload\":\"_-8\",\"payloadType\":\"t\","
			   "\"signatures\":[{\"sig\":\"YQ\"}]}"),
			 &d, &err),
	      err, "the other alphabet, without padding");
	IS_STR(d.payload, S("\xff\xef"), "decoded");
	OK(d.n == 1 && !d.v[0].fits, "a signature that is too short");
}

int main(void)
{
	static void (*const cases[])(void) = {
		case_counts,  case_unsigned,   case_altered,     case_namesake,
		case_unknown, case_retired,    case_compromised, case_closure,
		case_stale,   case_repository, case_track,       case_tag,
		case_words,   case_clocks,     case_broken,      case_several,
	};
	ERR(err);

	if (temp_dir(temp_dir_root(), "t-evidence.", &work, &err))
		return 1;
	repo = path_join(str_c(work), S("repo"));
	char *other CLEANUP_FREE = path_join(str_c(work), S("other"));
	older = commit_in(repo, "one");
	newer = commit_in(repo, "two");
	foreign = commit_in(other, "another");
	IS_OK(signing_key_new(&mem, S("ci"), &ci, &err), err, "a key");
	IS_OK(signing_key_new(&mem, S("thief"), &thief, &err), err, "a key");
	IS_OK(signing_key_new(&mem, S("boss"), &boss, &err), err, "a key");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		begin();
		cases[i]();
	}
	test_merge();
	test_dsse();
	remove_tree_quietly(AT_FDCWD, work);
	free(work);
	free(repo);
	free(older);
	free(newer);
	free(foreign);
	arena_release(&mem);
	return tap_done();
}
