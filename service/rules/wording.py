"""Wording that our own texts keep away from, in both languages, and what to say instead.

Only what staff write and what is sent automatically is read with these; nothing that a member says ever is. The rules
follow guides on person-first language (NIDA's Words Matter, the Recovery Research Institute's glossary, CAMH) and the
values of peer support: nothing that labels, demands, blames, compares or counts. An error keeps a flow from being
published; a warning says why another word may be kinder, and may stay.

Patterns are read over folded text (no capitals, no accents) and match whole words.
"""

import re

from flows.engine.catalogue import WordRule
from flows.engine.problems import Severity

# What to keep away from in English, in Spanish, and what to say instead. One line for each idea.
_ERRORS = (
    (r"addicts?", r"adict[oa]s?|drogadict[oa]s?", "person who uses drugs / persona que consume"),
    (r"junk(?:ie|y)s?|crackheads?|tweakers?|potheads?|fiends?", r"yonquis?|tecat[oa]s?|marihuan[oa]s?", "person who uses"),
    (r"alcoholics?(?! anonymous)|drunks?|winos?", r"alcoholic[oa]s?|borrach[oa]s?|teporoch[oa]s?", "person who drinks"),
    (r"abusers?|drug users?", r"consumidor(?:as?|es)?|abusador(?:as?|es)?", "person who uses / persona que consume"),
    (r"(?:substance|drug|alcohol) abuse", r"abuso de (?:drogas|alcohol|sustancias)", "substance use / consumo"),
    (r"bad habits?|vices?", r"vicios?|mal habito", "substance use / consumo"),
    (r"(?:clean|dirty) tests?|dirty urine", r"pruebas? (?:limpia|sucia)s?", "tested negative or positive"),
    (r"fell off the wagon|back to old ways", r"volvio a las andadas", "used again / volvió a consumir"),
    (r"failed (?:the )?(?:treatment|program)", r"fracaso en (?:el|su) (?:programa|tratamiento)", "the program did not fit"),
    (r"(?:former|reformed|ex) addicts?", r"ex adict[oa]s?|rehabilitad[oa]s?", "person in recovery, if they say so"),
    (r"strung out|getting high|got high|tweaking", r"drogad[oa]s?|hasta atras", "say what happened"),
    (r"swapping one drug|a crutch", r"cambiar una droga por otra|muleta", "treatment with medicine"),
    (r"frequent flyers?|drug seeking|high utili[sz]ers?", r"busca drogas", "someone who asks for help often"),
    (r"in denial", r"en negacion", "sees it another way / lo ve de otra manera"),
    (r"crazy|psycho|insane|deranged|nuts", r"loc[oa]s?|chiflad[oa]s?|dementes?", "say what happened"),
    (r"the mentally ill|mentally ill", r"enferm[oa]s? mental(?:es)?", "person living with a mental health condition"),
    (r"a (?:schizophrenic|bipolar|borderline)", r"un(?:a)? (?:esquizofrenic[oa]|bipolar)", "person living with ..."),
    (r"suffers? from|afflicted|victims? of", r"sufren? de|padecen?|victimas? de", "lives with, has / vive con, tiene"),
    (r"(?:high|low) functioning", r"(?:alto|bajo) funcionamiento", "name the support that helps"),
    (r"decompensated|non ?compliant|noncompliance", r"descompensad[oa]s?|no cumple|incumplid[oa]s?", "it was not working for them"),
    (r"refused|resistant", r"se nego|resistente", "said no for now / dijo que no por ahora"),
    (r"manipulative|attention seeking", r"manipulador(?:a)?|quiere atencion", "trying to get a need met"),
    (r"acting out|drama", r"berrinches?|dramas?", "upset / con malestar"),
    (r"lazy|unmotivated", r"floj[oa]s?|sin motivacion", "low energy / con poca fuerza"),
    (r"hard to reach|treatment resistant|lost cause", r"caso perdido", "we have not found what helps yet"),
    (r"committed suicide", r"cometio suicidio", "died by suicide / murió por suicidio"),
    (r"(?:successful|failed) attempt|suicidal gesture", r"intento (?:exitoso|fallido)|llamado de atencion", "survived an attempt"),
    (r"cutters?", r"cortador(?:a)?", "person who self-injures"),
    (r"high risk person|red flags?", r"persona de alto riesgo|focos? rojos?", "urgent message / mensaje urgente"),
    (r"the homeless|bums?|vagrants?", r"vagabund[oa]s?|indigentes?", "person without housing / persona sin casa"),
    (r"felons?|ex cons?|offenders?", r"ex convict[oa]s?|delincuentes?|reos?", "person who has been in prison"),
    (r"prostitutes?|hookers?", r"prostitutas?", "person who does sex work"),
    (r"illegals?", r"ilegal(?:es)?|mojad[oa]s?", "immigrant / inmigrante"),
    (r"normal people", r"gente normal", "other people / otras personas"),
    (r"streaks?|day \d+|back to day one|leaderboards?|badges?|points", r"rachas?|dia \d+|volver a cero|puntos|insignias?", "nothing is counted here"),
    (r"ahead of|falling behind|left behind|keep up with|better than|most active", r"atrasad[oa]s?|al corriente|mejor que (?:otr|l)[oa]s", "your pace, your way / a tu paso"),
    (r"you (?:missed|failed|forgot|did not (?:reply|answer)|didnt (?:reply|answer))", r"no respondiste|no contestaste|faltaste|olvidaste", "no need to reply, or nothing at all"),
)  # fmt: skip
_WARNINGS = (
    (r"clean|dirty", r"limpi[oa]s?|suci[oa]s?", "not using, using / sin consumir"),
    (r"relapse[ds]?", r"recaidas?|recayo", "used again, a setback / un tropiezo"),
    (r"graduated?|completed recovery", r"se graduo", "finished the program"),
    (r"recovering addicts?|drug of choice", r"droga preferida", "their own words"),
    (r"medication assisted", r"tratamiento asistido", "medicine for opioid use disorder"),
    (r"rock bottom", r"tocar fondo", "a very hard time / un momento muy duro"),
    (r"enabl(?:er|ers|ing)|codependent", r"solapador|alcahuete|codependiente", "trying to help, close and worried"),
    (r"psychotic|delusional|hallucinating", r"psicotic[oa]|delirante|alucina", "hears or sees things, in their words"),
    (r"caseload|my cases", r"mis casos", "people I support"),
    (r"patients?|clients?|consumers?", r"pacientes?|clientes?|usuari[oa]s?", "member, person / persona"),
    (r"battered", r"golpeada", "person hurt by a partner"),
    (r"fight|battle|war on", r"lucha|batalla", "living with, working on / vivir con"),
    (r"you (?:should|must|have to)|(?<!not )(?<!no )need to", r"(?<!no )(?:debes|tienes que)|hay que(?! empezar)", "would you like, some people find / te gusta la idea"),
    (r"stay (?:strong|positive)|at least", r"echale ganas|se fuerte|al menos", "That is hard. / Eso es duro."),
    (r"hope you are (?:well|ok|doing)", r"espero que estes bien", "you came to mind / pensamos en ti"),
    (r"get professional help|seek help", r"busca ayuda profesional", "want to talk with ...? / ¿hablas con ...?"),
)  # fmt: skip


def _rules(lines: tuple[tuple[str, str, str], ...], severity: Severity) -> tuple[WordRule, ...]:
    return tuple(
        WordRule(re.compile(rf"\b(?:{english}|{spanish})\b"), instead, severity) for english, spanish, instead in lines
    )


WORDING = (*_rules(_ERRORS, "error"), *_rules(_WARNINGS, "warning"))
