"""Words that Spanish and English write with a full stop, by what may come after it; and words that begin sentences."""

from __future__ import annotations

from skills.texts.stopwords import STOP, word_set

TITLES = word_set(
    "sr sra srta sres sras srtas dr dra dres drs dras lic lics ldo lda lcdo lcda ing ings arq abg abgdo prof profa "
    "profs mtro mtra pbro mons arz hno hna hnos hnas gral mcal cnel cap capt cpt cmdt comod alte vcte tte sgto sgt lt "
    "ltdo cbo subof crio subcrio cdte brig maj adm cmdr cpl pvt gen col rev hon gov sen rep pres supt det insp amb "
    "intend dip dn dña d sto sta stos stas st ste ntro ntra excmo excma ilmo ilma rvdo rvda rdo rda mgr mr mrs ms "
    "messrs mme mlle msgr fco fdo gob av avda avd bv bvar blvd pje psje pza plza carr ctra esq est urb prov pcia "
    "distr mun dir secr sria ed edit trad coord comp introd pról intr ref cf cfr vid véase attn mt pto pta fam flía "
    "vda hble bo bco asoc coop inst esc univ fund igl ej sgo cdor cdora flias bros co ft form smt shri sri v gén pat "
    "rte cía cia"
)
"""A name, or a number, comes after it: only a word that begins sentences tells that one ended («Vino el Dr. Después
llovió»)."""
NUMBERED = word_set(
    "al pág págs pag pags p pp pgs fol fols f ff fs fjs art arts inc incs apdo apt párr parr caps cáp núm núms num "
    "nums nº nro nros no nos n vol vols t tt lám fig figs ilus gráf tab cuad exp expte leg res resol decr dto ord disp "
    "reg tel tels tfno tlf teléf cel int ofic dep depto dpto apto lote mza vv vs sec sect secc ch chs para paras pt "
    "pts app appx ser fasc eds ejs s ss lín approx aprox c ca ene feb mar abr may jun jul ago sep sept set oct nov dic "
    "jan apr aug dec item ap km cod cód cta ms mss min max máx mín avg mon tue tues wed thu thur thurs fri sat sun "
    "lun mié jue vie sáb dom"
)
"""A number, or a letter that stands for one, comes after it, or the sentence goes on in lower case."""
EITHER = word_set(
    "etc ud uds vd vds jr ltd ltda corp llc plc soc ph.d m.d s.a s.r.l s.l s.a.s ee.uu d.n.i i.v.a c.u.i.t u.s.a "
    "q.e.p.d hs hr hrs h mins seg segs m mts cm mm kms kg kgs g gr grs mg l lt lts ml cc lb lbs oz in yd yds mph doz "
    "gal qt pulg cda cdas cdta cdtas tbsp tbs tsp pz porc pers unid mill doc docs atte atto afmo cdo cte pte ppdo pdo "
    "próx prox pasdo ult últ anón ibid íbid ibíd id íd loc cit op esp arg méx urug nac desc dept depts govt acad bibl "
    "dicc hist lit mús admón admin aeron mil rd ave ln bldg pkwy hwy fav tpo info fem masc sing plur lat ant mod dcho "
    "dcha izq izqda izdo tít orig imp impr obs prom as uu hh rr aa dd jj oo trim sem spp sp var encl cont misc assoc "
    "asst natl intl yr yrs wk wks mos ret abbr ctv dte ddo desct fec fra test"
)
"""A sentence may end with it: it does before a capital («en EE. UU. Volvió»), and does not before a small letter."""
ALWAYS = word_set("e.g i.e p.ej v.g v.gr viz vs bs ee rr cc ff p.s p.d incl excl")
"""Something always comes after it."""
WORDS_TOO = word_set(
    "no No nos mar set fig cap col gen may para item ser mil lote dip test pat sat sun fri vie in ant gal ave form "
    "ret lit"
)
"""Of all those, what is a word by itself as well: before a small letter it is one."""
NUMBER_WORDS = word_set("nº n° n nro nros núm núms num")
UNITS = word_set("h hs hr hrs min mins lb lbs ft in oz yd kg g gr")
"""After these a smaller part of the same quantity may come: «5 ft. 9 in.»."""
VOLUMES = word_set("cap caps vol vols t art arts lám ch pt")
"""After these «I» is a number, as in Spanish: elsewhere it is the English pronoun."""
LETTERED = word_set(
    "dto la una un el sala aula salón plan grupo clase letra vitamina hepatitis punto inciso sector piso dpto depto "
    "serie tipo nivel opción zona torre módulo anexo línea categoría bloque room class grade group type vitamin "
    "letter section part appendix hall gate level option line block team acto escena act scene capítulo chapter tomo "
    "libro parte volumen volume book"
)
"""After these a single capital is a letter, and no initial of a name."""
BEGINNERS = (
    STOP["es"]
    | STOP["en"]
    | word_set(
        "no nadie nada nunca siempre despues luego antes ahora hoy ayer anoche manana aqui ahi alli aca alla tampoco "
        "todavia ademas apenas quizas quiza hacia desde habia hubo estaba tenia fueron vino vivia dos tres aquel "
        "aquella nosotros nosotras usted ustedes let yes nobody nothing never always now today yesterday later "
        "everyone everybody someone something perhaps maybe both another before once since until many few did"
    )
)
"""Words, without marks on letters, that begin sentences."""
PARTICLES = word_set("el la las los lo de del san santa mas van may will can y e o u a")
"""Of those, what names have as well: they begin one before a small letter («La casa», but «Gral. Las Heras»)."""
NAMES_TOO = word_set("de del mas may will can van")
SAYING = "said asked cried replied answered whispered shouted called muttered added began laughed sighed"
PRONOUNS = word_set("yo vos tú él ella ellos ellas nosotros nosotras nadie después i he she it we they you nobody then")
"""In small letters too, they begin a sentence rather than go on after an abbreviation."""
