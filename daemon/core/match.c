#include "match.h"

#include <stdio.h>
#include <string.h>

#include "idcard.h"
#include "name.h"
#include "place.h"

#include "banned.h"

/* What speaks for or against one candidate. */
enum {
	ID = 1 << 0,
	ID_FITS = 1 << 1, /* a masked number or a tail */
	ID_DIFFERS = 1 << 2,
	OWN = 1 << 3,
	FAMILY = 1 << 4,
	NAME = 1 << 5,
	NAME_FITS = 1 << 6, /* a masked name */
	NAME_DIFFERS = 1 << 7,
	BIRTH = 1 << 8,
	BIRTH_DIFFERS = 1 << 9,
	AREA = 1 << 10,
	NEAR = 1 << 11 /* same group, road or house of one village */
};

/* The first rule whose bits are there, and whose others are not, decides. */
static const struct rule {
	unsigned need, without;
	const char *by;
	int score;
	const char *why;
} rules[] = {
	{ ID | NAME, 0, "id", 100, "身份证号、姓名一致" },
	{ ID | NAME_FITS, 0, "id", 100, "身份证号一致，姓名相符" },
	{ ID | NAME_DIFFERS, 0, "id", 90, "身份证号一致，姓名不同" },
	{ ID, 0, "id", 98, "身份证号一致" },
	{ OWN | NAME | ID_DIFFERS, 0, "phone", 65, "本人电话、姓名一致，身份证号不同" },
	{ OWN | ID_DIFFERS, 0, "phone", 50, "本人电话一致，身份证号不同" },
	{ OWN | NAME, 0, "phone", 95, "本人电话、姓名一致" },
	{ OWN | ID_FITS, NAME_DIFFERS, "phone", 95, "本人电话一致，身份证号相符" },
	{ OWN | NAME_FITS, 0, "phone", 92, "本人电话一致，姓名相符" },
	{ OWN | NAME_DIFFERS, 0, "phone", 70, "本人电话一致，姓名不同" },
	{ OWN, 0, "phone", 85, "本人电话一致" },
	{ FAMILY | NAME, ID_DIFFERS, "family_phone", 90, "家属电话、姓名一致" },
	{ FAMILY | ID_FITS, ID_DIFFERS | NAME_DIFFERS, "family_phone", 85,
		"家属电话一致，身份证号相符" },
	{ NAME | BIRTH, ID_DIFFERS, "name_birth", 85, "姓名、出生日期一致" },
	{ NAME | ID_FITS, ID_DIFFERS | BIRTH_DIFFERS, "name_birth", 85, "姓名一致，身份证号相符" },
	{ NAME_FITS | ID_FITS | AREA, ID_DIFFERS | BIRTH_DIFFERS, "name_birth", 75,
		"姓名、身份证号相符，同村居" },
	{ NAME_FITS | BIRTH | AREA, ID_DIFFERS, "name_birth", 70,
		"姓名相符，出生日期一致，同村居" },
	{ FAMILY | NAME_FITS, ID_DIFFERS, "family_phone", 65, "家属电话一致，姓名相符" },
	{ FAMILY | ID_DIFFERS, 0, "family_phone", 40, "家属电话一致，身份证号不同" },
	{ FAMILY | NAME_DIFFERS, 0, "family_phone", 45, "家属电话一致，姓名不同，可能是家属本人" },
	{ FAMILY, 0, "family_phone", 65, "家属电话一致" },
	{ NAME | NEAR, ID_DIFFERS | BIRTH_DIFFERS, "name_address", 75, "姓名、住址一致" },
	{ NAME | AREA, ID_DIFFERS | BIRTH_DIFFERS, "name_area", 60, "姓名、村居一致" },
	{ NAME_FITS | ID_FITS, ID_DIFFERS | BIRTH_DIFFERS, "name_birth", 55,
		"姓名、身份证号相符，村居不明" },
	{ NAME, ID_DIFFERS | BIRTH_DIFFERS, "", 30, "仅姓名一致" },
};

static const char *said(const char *text)
{
	return text == NULL ? "" : text;
}

static bool is_full_id(const char *id_no)
{
	return strlen(id_no) >= 8 && strchr(id_no, '*') == NULL;
}

static unsigned id_evidence(const char *asked, const char *stored)
{
	if (asked[0] == '\0' || stored[0] == '\0')
		return 0;
	if (is_full_id(asked))
		return strcmp(asked, stored) == 0 ? ID : ID_DIFFERS;
	return idcard_fits(asked, stored) ? ID_FITS : ID_DIFFERS;
}

static bool is_masked(const char *name)
{
	return strpbrk(name, "*%") != NULL;
}

static unsigned name_evidence(const char *asked, const char *stored)
{
	if (asked[0] == '\0' || stored[0] == '\0')
		return 0;
	if (!name_match(asked, stored) && !(is_masked(stored) && name_match(stored, asked)))
		return NAME_DIFFERS;
	return is_masked(asked) || is_masked(stored) ? NAME_FITS : NAME;
}

static unsigned birth_evidence(const char *asked, const char *stored)
{
	enum { WHOLE = 10 }; /* a year or month alone neither proves nor denies */

	if (strlen(asked) != WHOLE || strlen(stored) != WHOLE)
		return 0;
	return strcmp(asked, stored) == 0 ? BIRTH : BIRTH_DIFFERS;
}

/* The same village or community; a town alone says nothing. */
static bool same_village(const char *a, const char *b)
{
	return strlen(a) >= PLACE_CODE && strncmp(a, b, PLACE_CODE) == 0 &&
	       strncmp(a + 9, "000", 3) != 0;
}

static bool both(const char *a, const char *b)
{
	return a[0] != '\0' && strcmp(a, b) == 0;
}

static unsigned area_evidence(const struct match_person *p, const struct match_candidate *c)
{
	return same_village(said(p->area), said(c->area)) ? AREA : 0;
}

static bool is_near(const struct match_person *p, const struct match_candidate *c, bool same_area)
{
	struct place_parts a, b;

	if (said(p->address)[0] == '\0' || said(c->address)[0] == '\0')
		return false;
	place_split(p->address, &a);
	place_split(c->address, &b);
	return (same_area || both(a.village, b.village)) &&
	       (both(a.group, b.group) || both(a.road, b.road) || both(a.house, b.house));
}

static unsigned evidence(const struct match_person *p, const struct match_candidate *c)
{
	unsigned e = id_evidence(said(p->id_no), said(c->id_no)) |
		     name_evidence(said(p->name), said(c->name)) |
		     birth_evidence(said(p->birth), said(c->birth)) | area_evidence(p, c) |
		     (c->phone_own ? OWN : 0u) | (c->phone_family ? FAMILY : 0u);

	/* Reading addresses is dear, and only one rule asks for it. */
	if ((e & NAME) != 0 && is_near(p, c, (e & AREA) != 0))
		e |= NEAR;
	return e;
}

static const struct rule *rule_of(unsigned found)
{
	for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
		if ((found & rules[i].need) == rules[i].need && (found & rules[i].without) == 0)
			return &rules[i];
	return NULL;
}

static bool beats(const struct rule *r, int64_t id, const struct rule *best, int64_t best_id)
{
	if (best == NULL || r->score != best->score)
		return best == NULL || r->score > best->score;
	return id < best_id;
}

struct match_result match_best(
	const struct match_person *p, const struct match_candidate *c, size_t n)
{
	struct match_result out = { .by = "", .doubt = "" };
	const struct rule *best = NULL;
	int64_t best_id = 0;
	int second = 0, others = 0;

	for (size_t i = 0; i < n; i++) {
		const struct rule *r = rule_of(evidence(p, &c[i]));

		if (r == NULL)
			continue;
		if (beats(r, c[i].id, best, best_id)) {
			second = best == NULL           ? second
				 : best->score > second ? best->score
							: second;
			best = r;
			best_id = c[i].id;
		} else if (r->score > second) {
			second = r->score;
		}
		others++;
	}
	if (best == NULL)
		return out;
	out.by = best->by;
	out.doubt = (best->need & NAME_DIFFERS) != 0 ? "name_differs"
		    : (best->need & ID_DIFFERS) != 0 ? "id_differs"
						     : "";
	out.score = best->score;
	out.ambiguous = others > 1 && best->score - second <= MATCH_NEAR;
	if (best->score >= MATCH_THRESHOLD)
		out.id = best_id;
	else
		out.nearest = best_id;
	snprintf(out.why, sizeof out.why, "%s%s", best->why,
		out.ambiguous ? "；另有人条件相近，请核对" : "");
	return out;
}
