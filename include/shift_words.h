/*
 * shift_words.h - weekdays and hours of a rota as people write them. Pure; texts are clean (cell.h).
 */
#ifndef QUANZU_SHIFT_WORDS_H
#define QUANZU_SHIFT_WORDS_H

#include <stdbool.h>

enum { SHIFT_WHOLE_DAY = 1440 };

/* 周一至周五, 一三五, 工作日, 每天, 1,3,5: bit 0 Monday .. bit 6 Sunday; 0: none of these. */
unsigned shift_weekdays(const char *text);
/* 08:00-20:00, 8点到次日8点, 全天. False: none of these. Minutes of the day, 1440 its end. */
bool shift_hours(const char *text, int *from_min, int *to_min);
/* 8:30, 8点半, 8时30分; moves *s behind it. */
bool shift_clock(const char **s, int *minutes);

#endif
