/** Words that names in programs, labels and messages are made of, and that hardly any drawn password has. */
const WORDS = new Set(
  "access account action add admin after agent alert all allow and any api app are array asset async attribute audit auth author auto aws azure back backend backup base basic bearer before bind blob block body boot bot bucket build but button byte cache call can cannot cert certificate chain change char chart check class cleanup clear cli client clone cloud cluster code column command commit common component config configmap confirm connect connection consul container content context control cookie copy core count create creds credential credentials cron current custom data database date db debug default delete demo deploy deployment dev device dialog digest digit dir disable disabled display docker domain download driver edit email empty enable enabled encrypt encrypted encryption end endpoint engine enter entry env error event example exec exist expired export external fail failed fake false feature fetch field file filter first flag foo for forgot form format from function gateway generate generator get git github gitlab global grant group guest handler hash has have header health hello helm help hidden hide host hook html http icon image import index info init input insert install instance int integration internal invalid is item job json key keys kube label last layout length letter level library limit line link list listener load local lock log login logout long lower main make manage manager management map master match max member message meta method metric metrics min missing mode model module mongo monitor mount must my mysql name namespace network new next node not note null number oauth object off old one only open operator option or order org other output owner page panel param parameter pass passwd password path pattern payment permission phone pipeline placeholder plain plugin pod policy pool port post postgres prefix preview primary private prod production profile project property provider proxy public publish pull push put query queue read redis ref refresh region register registry release remote remove repeat replace replica repo report request require required reset resource response restore result retry return review role root rotate route router rule run runner sample sandbox save schema scope screen script search secret secrets section secure security select send sequence serve server service services session set setting settings setup share shared should show sign signature signing signin signup simple site size snapshot some source special split sql ssh ssl stack staging start state static status step storage store stream string strong submit subscription super sync system tab table tag target task team template tenant test testing tests text that the theme this time title tls to toggle token tokens tool top trace true type unit update upload upper url use user users util valid validate validation value values var variable vault vendor verify version view volume wait warning web webhook welcome widget window with word words worker workflow workspace wrapper write wrong you your zone encod sha rsa".split(
    " ",
  ),
);

/** Whether one of the words of a text is one: words end at a sign, a digit or a capital. */
export function hasProgramWord(text: string): boolean {
  return text.split(/[^A-Za-z]+|(?=[A-Z])/).some((word) => WORDS.has(word.toLowerCase()));
}

/** The longer ones, wherever they are in words that were written without anything between them. */
const INSIDE =
  /token|secret|auth|client|config|server|service|handler|manager|test|user|access|session|string|header|hash|error|signature|version|prod|stag|demo|cluster|bucket|backup|data|release|build|default|number|index|report|order|event|update|sample|value/;

/** Whether lower-case text without separators has one in it. */
export function areProgramWords(text: string): boolean {
  return INSIDE.test(text);
}
