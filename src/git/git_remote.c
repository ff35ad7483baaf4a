/* SPDX-License-Identifier: MIT
 *
 * Talking to another repository. Every wait asks for interrupts: libgit2's callbacks come at least
 * with each packet, and a blocked read ends with the signal. */
#include "git/git_int.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/environ.h"
#include "base/file.h"
#include "base/process.h"
#include "base/report.h"
#include "base/url.h"

struct remote_session {
	const struct git_api *g;
	git_remote *remote;
	char *shown; /* the URL without its secrets */
	struct activity *activity;
	bool agent_asked;    /* for credentials */
	unsigned keys_tried; /* files of keys */
	bool too_big;
};

static void session_release(struct remote_session *s)
{
	if (s->remote)
		s->g->git_remote_free(s->remote);
	activity_end(s->activity);
	free(s->shown);
}

/* ---- callbacks ---- */

static int on_message(const char *text, int n, void *ctx)
{
	return interrupted() ? GIT_EUSER : 0;
}

static int on_progress(const git_indexer_progress *p, void *ctx)
{
	struct remote_session *s = ctx;

	if (interrupted())
		return GIT_EUSER;
	s->too_big = p->received_bytes >> 20 > LIMIT_GIT_PACK_MIB;
	activity_progress(s->activity, p->received_objects, p->total_objects);
	return s->too_big ? GIT_EUSER : 0;
}

/* The next of the usual key files, in ssh's order. */
static int next_key_file(struct remote_session *s, git_credential **out, const char *user)
{
	static const char *const names[] = {"id_ed25519", "id_ecdsa", "id_rsa"};
	const char *home = env_get("HOME");

	while (home && s->keys_tried < ARRAY_LEN(names)) {
		char *private CLEANUP_FREE = xasprintf("%s/.ssh/%s", home, names[s->keys_tried++]);
		char *public CLEANUP_FREE = xasprintf("%s.pub", private);

		if (access(private, R_OK) == 0)
			return s->g->git_credential_ssh_key_new(
				out, user, access(public, R_OK) ? NULL : public, private, NULL);
	}
	return GIT_EAUTH;
}

static int on_credentials(git_credential **out, const char *url, const char *user, unsigned kinds,
			  void *ctx)
{
	struct remote_session *s = ctx;

	if (interrupted())
		return GIT_EUSER;
	if (kinds & GIT_CREDENTIAL_USERNAME)
		return s->g->git_credential_username_new(out, user ? user : "git");
	if (!(kinds & GIT_CREDENTIAL_SSH_KEY))
		return GIT_EAUTH;
	if (!s->agent_asked && env_get("SSH_AUTH_SOCK")) {
		s->agent_asked = true;
		return s->g->git_credential_ssh_key_from_agent(out, user);
	}
	return next_key_file(s, out, user);
}

static void set_callbacks(git_remote_callbacks *c, struct remote_session *s)
{
	c->sideband_progress = on_message;
	c->transfer_progress = on_progress;
	c->credentials = on_credentials;
	c->payload = s;
}

/* ---- failures ---- */

static errint session_fail(struct remote_session *s, int status, struct err *err)
{
	if (s->too_big)
		return err_set(err, ERR_TOO_BIG, "'%s' sends more than %d MiB", s->shown,
			       LIMIT_GIT_PACK_MIB);
	struct str url = str_c(s->shown), scheme = S("file://");
	errint rc;

	if (str_starts(url, scheme) && git_is_foreign(s->g, status))
		return git_open_fail(s->g, status, url.p + scheme.n, err);
	if (status == GIT_EAUTH && !git_why(s->g))
		rc = err_set(err, ERR_DENIED,
			     "Failed to fetch git repository '%s': access was denied", s->shown);
	else
		rc = git_fail(s->g, status == GIT_ENOTFOUND ? 0 : status,
			      status == GIT_EAUTH ? ERR_DENIED : ERR_NETWORK, err,
			      "Failed to fetch git repository '%s'", s->shown);
	if (status == GIT_EAUTH)
		err_hint(err, "kiln asks ssh's agent and reads the unencrypted keys in ~/.ssh; a "
			      "password may be part of an http URL");
	else if (status == GIT_ECERTIFICATE && str_starts(str_c(s->shown), S("ssh:")))
		err_hint(err, "connect with ssh once, compare the key that it shows, and ~/.ssh/"
			      "known_hosts has the host");
	return rc;
}

static errint session_open(struct remote_session *s, const struct git_source *src, const char *url,
			   struct err *err)
{
	git_fetch_options o;
	int status;

	s->g = src->api;
	s->shown = url_shown(url);
	if (src->o.offline && !str_starts(str_c(url), S("file:")) && url[0] != '/') {
		err_set(err, ERR_NETWORK, "'%s' is not fetched, because of --offline", s->shown);
		return err_hint(err, "'kiln vendor' lays its tree into the project's .flox/sources "
				     "where there is a network");
	}
	s->g->git_fetch_options_init(&o, GIT_FETCH_OPTIONS_VERSION);
	set_callbacks(&o.callbacks, s);
	o.proxy_opts.type = GIT_PROXY_AUTO;
	/* What is only asked is no business of a repository here. */
	status = src->repo ? s->g->git_remote_create_anonymous(&s->remote, src->repo, url)
			   : s->g->git_remote_create_detached(&s->remote, url);
	if (!status)
		status = s->g->git_remote_connect(s->remote, GIT_DIRECTION_FETCH, &o.callbacks,
						  &o.proxy_opts, NULL);
	return status ? session_fail(s, status, err) : 0;
}

/* ---- what is there ---- */

static const git_remote_head *find_ref(const git_remote_head **heads, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(heads[i]->name, name) == 0)
			return heads[i];
	return NULL;
}

errint git_remote_head_ref(const struct git_source *src, const char *url, char **out,
			   struct err *err)
{
	struct remote_session s CLEANUP(session_release) = {0};
	const git_remote_head **heads, *head;
	size_t n;
	errint rc = session_open(&s, src, url, err);

	if (rc)
		return rc;
	int status = s.g->git_remote_ls(&heads, &n, s.remote);
	if (status)
		return session_fail(&s, status, err);
	head = find_ref(heads, n, "HEAD");
	if (head) {
		*out = xstrdup(head->symref_target ? head->symref_target : "HEAD");
		return 0;
	}
	report_msg(src->o.report, REPORT_WARN,
		   "could not read HEAD ref from repo at '%s', using 'master'", s.shown);
	*out = xstrdup("master");
	return 0;
}

static void take_refs(const git_remote_head **heads, size_t n, const struct git_api *g,
		      struct arena *a, struct remote_refs *out)
{
	out->v = ARENA_ARRAY(a, struct remote_ref, n + 1);
	for (size_t i = 0; i < n; i++) {
		struct str name = str_c(heads[i]->name);
		struct remote_ref *last = out->n ? &out->v[out->n - 1] : NULL;
		char rev[GIT_OID_HEXSZ + 1];

		g->git_oid_tostr(rev, sizeof(rev), &heads[i]->oid);
		/* "NAME^{}" is what the tag before it leads to. */
		if (str_ends(name, S("^{}"))) {
			if (last && str_eq(last->name, str_drop_suffix(name, S("^{}"))))
				last->commit = arena_str(a, str_c(rev));
			continue;
		}
		out->v[out->n++] =
			(struct remote_ref){arena_str(a, name), arena_str(a, str_c(rev))};
		if (str_eqz(name, "HEAD") && heads[i]->symref_target)
			out->head = arena_str(a, str_c(heads[i]->symref_target));
	}
}

errint git_list_refs(const struct git_options *o, const char *url, struct arena *a,
		     struct remote_refs *out, struct err *err)
{
	struct remote_session s CLEANUP(session_release) = {0};
	struct git_source src = {.o = *o};
	const git_remote_head **heads;
	size_t n;
	errint rc = git_api(&src.api, err);

	if (!rc)
		rc = session_open(&s, &src, url, err);
	if (rc)
		return rc;
	int status = s.g->git_remote_ls(&heads, &n, s.remote);
	if (status)
		return session_fail(&s, status, err);
	*out = (struct remote_refs){0};
	take_refs(heads, n, s.g, a, out);
	return 0;
}

/* libgit2 passes over what is not there, and an older state of it would be taken. */
static errint check_specs(struct remote_session *s, const struct git_fetch_spec *f, struct err *err)
{
	const git_remote_head **heads;
	size_t n;
	int status = s->g->git_remote_ls(&heads, &n, s->remote);

	if (status)
		return session_fail(s, status, err);
	for (size_t i = 0; i < f->n_specs; i++) {
		struct str from, to;
		char *name CLEANUP_FREE = NULL;

		if (!str_cut(str_c(f->specs[i] + 1), ':', &from, &to) || str_chr(from, '*') >= 0 ||
		    base16_check(from, 20))
			continue;
		name = str_dupz(from);
		if (!find_ref(heads, n, name))
			return err_set(err, ERR_NOT_FOUND, "Git repository '%s' has no ref '%s'",
				       s->shown, name);
	}
	return 0;
}

errint git_remote_bring(const struct git_source *src, const struct git_fetch_spec *f,
			struct err *err)
{
	struct remote_session s CLEANUP(session_release) = {0};
	git_strarray specs = {.strings = (char **)f->specs, .count = f->n_specs};
	git_fetch_options o;
	errint rc = session_open(&s, src, f->url, err);

	if (!rc)
		rc = check_specs(&s, f, err);
	if (rc)
		return rc;
	s.activity = activity_start(src->o.report, 0, "objects", "%s", s.shown);
	s.g->git_fetch_options_init(&o, GIT_FETCH_OPTIONS_VERSION);
	set_callbacks(&o.callbacks, &s);
	o.proxy_opts.type = GIT_PROXY_AUTO;
	o.update_fetchhead = 0;
	o.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
#if LIBGIT2_VER_MAJOR > 1 || LIBGIT2_VER_MINOR >= 7
	/* Copying from this machine's disk has no use for it, and libgit2 no support. */
	if (f->shallow && !str_starts(str_c(f->url), S("file:")) && f->url[0] != '/')
		o.depth = 1;
#endif
	rc = s.g->git_remote_fetch(s.remote, &specs, &o, NULL);
	return rc ? session_fail(&s, rc, err) : 0;
}
