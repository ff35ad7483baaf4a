/* SPDX-License-Identifier: MIT
 *
 * The text files of a wheel. The first byte says which: a file name, METADATA, RECORD,
 * entry_points.txt, WHEEL or a
 * script. */
#include "fuzz.h"

#include "py/wheel.h"

static void metadata(struct arena *a, struct str s)
{
	ERR(err);
	BUF(out, LIMIT_WHEEL_METADATA);
	struct wheel_names none = {0}, all = {.all = true};
	struct wheel_metadata m;

	if (!wheel_metadata_edit(s, &none, &none, &out, &err))
		FUZZ_CHECK(str_eq(buf_str(&out), s));
	buf_clear(&out);
	err_clear(&err);
	if (!wheel_metadata_edit(s, &all, &none, &out, &err) &&
	    !wheel_metadata_parse(a, buf_str(&out), &m, &err))
		FUZZ_CHECK(m.n_requires == 0);
}

static void record(struct arena *a, struct str s)
{
	ERR(err);
	BUF(out, LIMIT_WHEEL_METADATA);
	struct wheel_record *v, *w;
	size_t n, m;

	if (wheel_record_parse(a, s, &v, &n, &err))
		return;
	/* a byte order mark is dropped in front of the first row only */
	wheel_record_row(&out, S("first"), NULL, 0);
	for (size_t i = 0; i < n; i++)
		wheel_record_row(&out, v[i].name, v[i].has_hash ? &v[i].hash : NULL, 0);
	FUZZ_CHECK(!wheel_record_parse(a, buf_str(&out), &w, &m, &err) && m == n + 1);
	for (size_t i = 0; i < n; i++)
		FUZZ_CHECK(str_eq(v[i].name, w[i + 1].name) && v[i].has_hash == w[i + 1].has_hash &&
			   (!v[i].has_hash || hash_eq(&v[i].hash, &w[i + 1].hash)));
}

static void script(struct arena *a, struct str s)
{
	struct str line = s, body = S(""), options;
	struct wheel_prolog p;

	(void)str_cut(s, '\n', &line, &body);
	if (wheel_script_is_python(a, line, &options))
		FUZZ_CHECK(str_chr(options, ' ') < 0 && str_chr(options, '\n') < 0);
	p = wheel_script_prolog(body);
	FUZZ_CHECK(p.keep <= p.resume && p.resume <= body.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	ARENA(a);
	ERR(err);
	struct str s = fuzz_str(p, n);
	struct wheel_entry_point *points;
	struct wheel_name name;

	if (!n)
		return 0;
	s = str_skip(s, 1);
	switch (p[0]) {
	case 'N':
		if (!wheel_name_parse(s, &name, &err))
			(void)(wheel_name_fits(&name, 13, S("x86_64"), &err) ||
			       wheel_stem_fits(&name, s));
		break;
	case 'M':
		metadata(&a, s);
		break;
	case 'R':
		record(&a, s);
		break;
	case 'E':
		if (!wheel_entry_points_parse(&a, s, &points, &n, &err))
			for (size_t i = 0; i < n; i++)
				FUZZ_CHECK(points[i].name.n && str_chr(points[i].name, '/') < 0);
		break;
	case 'S':
		script(&a, s);
		break;
	case 'W':
		(void)!wheel_file_check(s, &err);
		break;
	}
	return 0;
}
