/* SPDX-License-Identifier: MIT
 *
 * The list of findings, and the parts in turn. */
#include "doctor/doctor_int.h"

#include <stdlib.h>
#include "base/process.h"
#include "base/suggest.h"

static const struct {
	const char *name;
	void (*look)(struct doctor *d);
} parts[] = {
#define X(id, name, what) {name, doctor_##id},
	DOCTOR_PARTS(X)
#undef X
};

void doctor_release(struct doctor *d)
{
	free(d->v);
}

static void add(struct doctor *d, enum verdict v, const char *text, const char *cure)
{
	ARRAY_GROW(d->v, d->n, d->cap);
	d->v[d->n++] = (struct finding){v, d->part, text, cure};
	if (d->found)
		d->found(d->ctx, &d->v[d->n - 1]);
}

void doctor_tell(struct doctor *d, enum verdict v, const char *cure, const char *fmt, ...)
{
	BUF(text, LIMIT_ERR_TEXT);
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	add(d, v, arena_strz(d->a, buf_str(&text)), cure ? arena_strz(d->a, str_c(cure)) : NULL);
}

void doctor_tell_err(struct doctor *d, enum verdict v, const struct err *err)
{
	struct str cure = str_trim(str_c(err->hint ? err->hint : ""));

	add(d, v, arena_strz(d->a, str_c(err->msg ? err->msg : "it failed without a word")),
	    cure.n ? arena_strz(d->a, cure) : NULL);
}

static bool is_wanted(const char *name, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i], name) == 0)
			return true;
	return n == 0;
}

static errint check_names(const char *const *v, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < ARRAY_LEN(parts) && strcmp(v[i], parts[k].name) != 0)
			k++;
		if (k < ARRAY_LEN(parts))
			continue;
		err_set(err, ERR_USAGE, "'%s' is nothing that is looked at", v[i]);
		return err_hint(err, "there are"
#define X(id, name, what) " " name
				DOCTOR_PARTS(X)
#undef X
		);
	}
	return 0;
}

errint doctor_look(struct doctor *d, const char *const *v, size_t n, struct err *err)
{
	errint rc = check_names(v, n, err);

	for (size_t i = 0; !rc && i < ARRAY_LEN(parts); i++) {
		if (!is_wanted(parts[i].name, v, n))
			continue;
		d->part = parts[i].name;
		parts[i].look(d);
		rc = interrupt_check(err);
	}
	return rc;
}

enum verdict doctor_verdict(const struct doctor *d)
{
	enum verdict worst = VERDICT_GOOD;

	for (size_t i = 0; i < d->n; i++)
		worst = MAX(worst, d->v[i].verdict);
	return worst;
}

const char *verdict_name(enum verdict v)
{
	static const char *const names[] = {"good", "note", "warn", "bad"};

	return names[v];
}
