/* SPDX-License-Identifier: MIT
 *
 * RFC 3339, section 5.6, and back. */
#include "base/date.h"

#include <stdio.h>
#include <time.h>

static bool number(struct str *s, size_t digits, int least, int most, int *out)
{
	int n = 0;

	if (s->n < digits)
		return false;
	for (size_t i = 0; i < digits; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		n = n * 10 + (s->p[i] - '0');
	}
	*s = str_skip(*s, digits);
	*out = n;
	return n >= least && n <= most;
}

static bool letter(struct str *s, const char *among)
{
	if (!s->n || !strchr(among, s->p[0]) || !s->p[0])
		return false;
	*s = str_skip(*s, 1);
	return true;
}

static bool read_day(struct str *s, struct tm *tm)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (!number(s, 4, 1, 9999, &tm->tm_year) || !letter(s, "-") ||
	    !number(s, 2, 1, 12, &tm->tm_mon) || !letter(s, "-") ||
	    !number(s, 2, 1, 31, &tm->tm_mday))
		return false;
	bool leap = tm->tm_year % 4 == 0 && (tm->tm_year % 100 != 0 || tm->tm_year % 400 == 0);
	int last = days[tm->tm_mon - 1] + (tm->tm_mon == 2 && leap);

	tm->tm_year -= 1900;
	tm->tm_mon -= 1;
	return tm->tm_mday <= last;
}

static bool read_offset(struct str *s, int64_t *out)
{
	int hours, minutes, sign = s->n && s->p[0] == '-' ? -1 : 1;

	*out = 0;
	if (letter(s, "Zz"))
		return true;
	if (!letter(s, "+-") || !number(s, 2, 0, 23, &hours) || !letter(s, ":") ||
	    !number(s, 2, 0, 59, &minutes))
		return false;
	*out = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool date_parse(struct str s, int64_t *out)
{
	struct tm tm = {0};
	int64_t offset = 0;

	if (!read_day(&s, &tm))
		return false;
	if (s.n) {
		if (!letter(&s, "Tt ") || !number(&s, 2, 0, 23, &tm.tm_hour) || !letter(&s, ":") ||
		    !number(&s, 2, 0, 59, &tm.tm_min) || !letter(&s, ":") ||
		    !number(&s, 2, 0, 60, &tm.tm_sec))
			return false;
		if (letter(&s, ".")) {
			size_t before = s.n;

			while (s.n && s.p[0] >= '0' && s.p[0] <= '9')
				s = str_skip(s, 1);
			if (s.n == before)
				return false;
		}
		if (!read_offset(&s, &offset))
			return false;
	}
	if (s.n)
		return false;
	*out = (int64_t)timegm(&tm) - offset;
	return true;
}

const char *date_print(int64_t at, char text[DATE_TEXT_MAX])
{
	struct tm tm;

	if (!gmtime_r(&(time_t){at}, &tm) ||
	    !strftime(text, DATE_TEXT_MAX, "%Y-%m-%dT%H:%M:%SZ", &tm))
		snprintf(text, DATE_TEXT_MAX, "%lld", (long long)at);
	return text;
}
