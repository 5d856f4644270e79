#include <string.h>

#include "area.h"
#include "member.h"
#include "people_room.h"

#include "banned.h"

/* clang-format off */
static const struct { const char *word, *kind; } team_words[] = {
	{ "派出所", "police" }, { "公安", "police" }, { "民警", "police" }, { "警务", "police" },
	{ "二线", "line2" }, { "机动", "line2" }, { "增援", "line2" },
	{ "值班", "centre" }, { "分中心", "centre" }, { "反诈中心", "centre" }, { "平安办", "centre" },
	{ "村", "village" }, { "社区", "village" }, { "居委", "village" }, { "居民区", "village" },
};
static const struct { const char *word, *kind; } area_words[] = {
	{ "网格", "grid" }, { "学校", "school" }, { "中学", "school" }, { "小学", "school" }, { "幼儿园", "school" },
	{ "企业", "company" }, { "公司", "company" }, { "厂", "company" }, { "楼", "building" },
	{ "社区", "community" }, { "居", "community" }, { "村", "village" },
	{ "镇", "town" }, { "乡", "town" }, { "街道", "town" },
};
static const char *const area_kinds[] = { "town", "village", "community", "grid", "school", "company", "building" };
static const char *const team_kinds[] = { "village", "centre", "police", "line2" };
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof *(a))

const char *people_team_kind_of(const char *text)
{
	for (size_t i = 0; i < COUNT(team_kinds); i++)
		if (strcmp(text, team_kinds[i]) == 0)
			return team_kinds[i];
	for (size_t i = 0; i < COUNT(team_words); i++)
		if (strstr(text, team_words[i].word) != NULL)
			return team_words[i].kind;
	return "";
}

/* 2xx of the village part is a 居委会's below 200, a 村委会's from there. */
static const char *area_kind_of_code(const char *code)
{
	if (strlen(code) > PLACE_CODE)
		return "grid";
	if (strlen(code) < PLACE_CODE || strcmp(code + 9, "000") == 0)
		return "town";
	return code[9] < '2' ? "community" : "village";
}

const char *people_area_kind(const char *type, const char *code, const char *name)
{
	for (size_t i = 0; i < COUNT(area_kinds); i++)
		if (strcmp(type, area_kinds[i]) == 0)
			return area_kinds[i];
	for (size_t i = 0; i < COUNT(area_words); i++)
		if (strstr(type, area_words[i].word) != NULL)
			return area_words[i].kind;
	if (type[0] == '\0' && strlen(code) == PLACE_CODE && strstr(name, "社区") != NULL)
		return "community";
	return area_kind_of_code(code);
}

/* The post that all rows of this team have in the slice, "" when they differ. */
static const char *common_post(const struct people_work *w, const char *team)
{
	const char *common = NULL;

	for (size_t i = 0; i < w->count && w->how->kind == HEADER_MEMBER; i++) {
		const struct member_record *m = &w->rows[i].of.member;
		const char *post = member_post_of(m->post);

		if (strcmp(m->team, team) != 0)
			continue;
		if (common != NULL && strcmp(common, post) != 0)
			return "";
		common = post;
	}
	return common == NULL ? "" : common;
}

const char *people_team_kind(const struct people_work *w, const char *name, const char *area)
{
	const char *by_name = people_team_kind_of(name), *post;

	if (strcmp(by_name, "police") == 0 || strcmp(by_name, "line2") == 0)
		return by_name;
	post = common_post(w, name);
	if (strcmp(post, "officer") == 0)
		return "police";
	if (strcmp(post, "desk") == 0)
		return "centre";
	return team_kind_of_area(area);
}

/* Where a new team is at home: the first of its rows that says so, else its name, else the centre. */
static const char *home_of(struct people_work *w, const struct member_record *m)
{
	const char *note;

	for (size_t i = 0; i < w->count; i++) {
		const struct member_record *other = &w->rows[i].of.member;
		struct people_where where = {
			.code = other->area_code, .grid = "", .village = other->village
		};

		if (strcmp(other->team, m->team) != 0 ||
			(other->area_code[0] == '\0' && other->village[0] == '\0'))
			continue;
		return people_place(w->s, &w->places, &where, &note);
	}
	return people_place(w->s, &w->places, &(struct people_where){ .village = m->team }, &note);
}

/* A row with a village and no team: the village's team, under the village's name when it is new. */
static const char *name_of_village(
	struct people_work *w, const struct member_record *m, struct team *found)
{
	struct people_where where = { .code = m->area_code, .village = m->village };
	const char *note, *area = people_place(w->s, &w->places, &where, &note), *name;

	if (note[0] != '\0' || area[0] == '\0')
		return "";
	if (team_of_area(w->s, area, "village", found) && strcmp(found->area, area) == 0)
		return found->name;
	name = area_name(w->s, area);
	if (name[0] == '\0')
		name = m->village;
	return name[0] == '\0' ? "" : arena_print(&w->s->arena, "%s劝导队", name);
}

int64_t people_team(
	struct people_work *w, const struct member_record *m, const struct cell_fault **why)
{
	static const struct cell_fault no_team = { "no_team", "看不出属于哪个队伍",
		"请补填队伍名称，或先导入村居名单。" };
	struct member_record named = *m;
	struct team team;
	struct change c;
	int64_t id;

	if (m->team[0] == '\0')
		named.team = name_of_village(w, m, &team);
	if (named.team[0] == '\0') {
		*why = &no_team;
		return 0;
	}
	if (team_by_name(w->s, named.team, &team))
		return team.id;
	team = (struct team){ .name = named.team };
	team.area = m->team[0] == '\0' ? people_place(w->s, &w->places,
						 &(struct people_where){ .code = m->area_code,
							 .village = m->village },
						 &(const char *){ NULL })
				       : home_of(w, &named);
	team.kind = people_team_kind(w, team.name, team.area);
	id = team_save(w->s, &team, SAVE_FILL, &c);
	change_event(w->s, w->how->actor, "team", id, &c, NULL);
	return id;
}
