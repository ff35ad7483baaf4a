/* SPDX-License-Identifier: MIT
 *
 * Grisu2: the number and the borders of what reads back as it are scaled by a power of ten so that
 * their integral part has up to 32 bits; digits are then taken off the upper border until what is
 * left no longer matters. 64 bits of precision make some intervals a little too narrow, hence the
 * rare text that is one digit longer than needed, but never one that reads back wrong. */
#include "eval/double_text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* f * 2^e */
struct fp {
	uint64_t f;
	int e;
};

/* 10^(8 * i - 300), rounded to 64 bits. */
static const struct fp powers[] = {
	{0xab70fe17c79ac6ca, -1060}, {0xff77b1fcbebcdc4f, -1034}, {0xbe5691ef416bd60c, -1007},
	{0x8dd01fad907ffc3c, -980},  {0xd3515c2831559a83, -954},  {0x9d71ac8fada6c9b5, -927},
	{0xea9c227723ee8bcb, -901},  {0xaecc49914078536d, -874},  {0x823c12795db6ce57, -847},
	{0xc21094364dfb5637, -821},  {0x9096ea6f3848984f, -794},  {0xd77485cb25823ac7, -768},
	{0xa086cfcd97bf97f4, -741},  {0xef340a98172aace5, -715},  {0xb23867fb2a35b28e, -688},
	{0x84c8d4dfd2c63f3b, -661},  {0xc5dd44271ad3cdba, -635},  {0x936b9fcebb25c996, -608},
	{0xdbac6c247d62a584, -582},  {0xa3ab66580d5fdaf6, -555},  {0xf3e2f893dec3f126, -529},
	{0xb5b5ada8aaff80b8, -502},  {0x87625f056c7c4a8b, -475},  {0xc9bcff6034c13053, -449},
	{0x964e858c91ba2655, -422},  {0xdff9772470297ebd, -396},  {0xa6dfbd9fb8e5b88f, -369},
	{0xf8a95fcf88747d94, -343},  {0xb94470938fa89bcf, -316},  {0x8a08f0f8bf0f156b, -289},
	{0xcdb02555653131b6, -263},  {0x993fe2c6d07b7fac, -236},  {0xe45c10c42a2b3b06, -210},
	{0xaa242499697392d3, -183},  {0xfd87b5f28300ca0e, -157},  {0xbce5086492111aeb, -130},
	{0x8cbccc096f5088cc, -103},  {0xd1b71758e219652c, -77},   {0x9c40000000000000, -50},
	{0xe8d4a51000000000, -24},   {0xad78ebc5ac620000, 3},     {0x813f3978f8940984, 30},
	{0xc097ce7bc90715b3, 56},    {0x8f7e32ce7bea5c70, 83},    {0xd5d238a4abe98068, 109},
	{0x9f4f2726179a2245, 136},   {0xed63a231d4c4fb27, 162},   {0xb0de65388cc8ada8, 189},
	{0x83c7088e1aab65db, 216},   {0xc45d1df942711d9a, 242},   {0x924d692ca61be758, 269},
	{0xda01ee641a708dea, 295},   {0xa26da3999aef774a, 322},   {0xf209787bb47d6b85, 348},
	{0xb454e4a179dd1877, 375},   {0x865b86925b9bc5c2, 402},   {0xc83553c5c8965d3d, 428},
	{0x952ab45cfa97a0b3, 455},   {0xde469fbd99a05fe3, 481},   {0xa59bc234db398c25, 508},
	{0xf6c69a72a3989f5c, 534},   {0xb7dcbf5354e9bece, 561},   {0x88fcf317f22241e2, 588},
	{0xcc20ce9bd35c78a5, 614},   {0x98165af37b2153df, 641},   {0xe2a0b5dc971f303a, 667},
	{0xa8d9d1535ce3b396, 694},   {0xfb9b7cd9a4a7443c, 720},   {0xbb764c4ca7a44410, 747},
	{0x8bab8eefb6409c1a, 774},   {0xd01fef10a657842c, 800},   {0x9b10a4e5e9913129, 827},
	{0xe7109bfba19c0c9d, 853},   {0xac2820d9623bf429, 880},   {0x80444b5e7aa7cf85, 907},
	{0xbf21e44003acdd2d, 933},   {0x8e679c2f5e44ff8f, 960},   {0xd433179d9c8cb841, 986},
	{0x9e19db92b4e31ba9, 1013},
};

enum { FIRST_POWER = -300, POWER_STEP = 8, LEAST_EXPONENT = -60 };

static struct fp fp_mul(struct fp a, struct fp b)
{
	unsigned __int128 product = (unsigned __int128)a.f * b.f + ((uint64_t)1 << 63);

	return (struct fp){(uint64_t)(product >> 64), a.e + b.e + 64};
}

static struct fp fp_normalize(struct fp a)
{
	int shift = __builtin_clzll(a.f);

	return (struct fp){a.f << shift, a.e - shift};
}

struct interval {
	struct fp low, value, high;
};

/* All numbers between low and high read back as d, which is positive and finite. */
static struct interval interval_of(double d)
{
	uint64_t bits, fraction;
	struct interval in;
	struct fp v;
	int exponent;

	memcpy(&bits, &d, sizeof(bits));
	fraction = bits & (((uint64_t)1 << 52) - 1);
	exponent = (int)(bits >> 52);
	v = exponent ? (struct fp){fraction | (uint64_t)1 << 52, exponent - 1075}
		     : (struct fp){fraction, -1074};
	in.high = fp_normalize((struct fp){2 * v.f + 1, v.e - 1});
	/* Below a power of two, numbers are closer. */
	in.low = fraction == 0 && exponent > 1 ? (struct fp){4 * v.f - 1, v.e - 2}
					       : (struct fp){2 * v.f - 1, v.e - 1};
	in.low.f <<= in.low.e - in.high.e;
	in.low.e = in.high.e;
	in.value = fp_normalize(v);
	return in;
}

/* The power that brings a normalised number with this exponent to one in [-60, -32]. */
static size_t power_for(int exponent)
{
	int f = LEAST_EXPONENT - exponent - 1;
	/* 78913 / 2^18 is log10(2), closely enough for this range. */
	int k = f * 78913 / (1 << 18) + (f > 0);

	return (size_t)((k - FIRST_POWER + POWER_STEP - 1) / POWER_STEP);
}

/* Moves the last digit towards the value while that stays inside the interval. */
static void round_last(char *last, uint64_t distance, uint64_t width, uint64_t rest, uint64_t unit)
{
	while (rest < distance && width - rest >= unit &&
	       (rest + unit < distance || distance - rest > rest + unit - distance)) {
		--*last;
		rest += unit;
	}
}

/* Digits of a number in the interval; returns how many, and the power of ten of the last one. */
static size_t digits_of(struct interval in, char *out, int *exponent)
{
	uint64_t width = in.high.f - in.low.f, distance = in.high.f - in.value.f;
	int shift = -in.high.e;
	uint64_t unit = (uint64_t)1 << shift, part = in.high.f & (unit - 1), rest;
	uint32_t whole = (uint32_t)(in.high.f >> shift), ten = 1;
	int left = 1;
	size_t n = 0;

	while (whole / ten >= 10) {
		ten *= 10;
		left++;
	}
	while (left > 0) {
		out[n++] = (char)('0' + whole / ten);
		whole %= ten;
		left--;
		rest = ((uint64_t)whole << shift) + part;
		if (rest <= width) {
			*exponent += left;
			round_last(out + n - 1, distance, width, rest, (uint64_t)ten << shift);
			return n;
		}
		ten /= 10;
	}
	do {
		part *= 10;
		out[n++] = (char)('0' + (part >> shift));
		part &= unit - 1;
		--*exponent;
		width *= 10;
		distance *= 10;
	} while (part > width);
	round_last(out + n - 1, distance, width, part, unit);
	return n;
}

static size_t grisu2(double d, char *out, int *exponent)
{
	struct interval in = interval_of(d);
	size_t i = power_for(in.high.e);
	struct fp p = powers[i];

	*exponent = -(FIRST_POWER + POWER_STEP * (int)i);
	in.low = fp_mul(in.low, p);
	in.value = fp_mul(in.value, p);
	in.high = fp_mul(in.high, p);
	/* Each product may be off by one. */
	in.low.f++;
	in.high.f--;
	return digits_of(in, out, exponent);
}

/* Puts the point into n digits, the last of which stands for 10^exponent. */
static size_t place_point(char *s, size_t n, int exponent)
{
	int point = (int)n + exponent;

	if (exponent >= 0 && point <= 15) {
		memset(s + n, '0', (size_t)exponent);
		memcpy(s + point, ".0", 2);
		return (size_t)point + 2;
	}
	if (point > 0 && point <= 15) {
		memmove(s + point + 1, s + point, n - (size_t)point);
		s[point] = '.';
		return n + 1;
	}
	if (point > -4 && point <= 0) {
		memmove(s + 2 - point, s, n);
		memset(s, '0', (size_t)(2 - point));
		s[1] = '.';
		return n + (size_t)(2 - point);
	}
	if (n > 1) {
		memmove(s + 2, s + 1, n - 1);
		s[1] = '.';
		n++;
	}
	return n + (size_t)snprintf(s + n, DOUBLE_TEXT_MAX - 1 - n, "e%c%02d",
				    point > 0 ? '+' : '-', point > 0 ? point - 1 : 1 - point);
}

size_t double_to_json(double d, char out[DOUBLE_TEXT_MAX])
{
	size_t sign = 0, n;
	int exponent;

	if (!isfinite(d)) {
		memcpy(out, "null", 4);
		return 4;
	}
	if (signbit(d)) {
		out[sign++] = '-';
		d = -d;
	}
	if (d == 0) {
		memcpy(out + sign, "0.0", 3);
		return sign + 3;
	}
	n = grisu2(d, out + sign, &exponent);
	return sign + place_point(out + sign, n, exponent);
}
