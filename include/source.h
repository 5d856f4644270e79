/*
 * source.h - where a warning comes from, and at which end it was found.
 *
 * Files name sources in many words; the KPIs need one. 部资金端 says both: source `ministry`,
 * end `funds`. Words nobody knows are kept as they are. Pure; the strings are constants.
 */
#ifndef QUANZU_SOURCE_H
#define QUANZU_SOURCE_H

/*
 * ministry (国家反诈大数据平台), province, city, district, app (国家反诈中心APP), 96110, 12381,
 * 12345, bank, carrier, tip (群众举报), station (派出所), manual. NULL: an unknown word.
 */
const char *source_of_word(const char *word);
/* funds 资金端, phone 电话端, net 网络端, app APP端, cash 线下取现; NULL: none is named. */
const char *source_end_of_word(const char *word);
const char *source_name(const char *code); /* for people; the code itself when unknown */

#endif
