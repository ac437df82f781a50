"""Languages: their codes (ISO 639), and what they are called in English and by those who speak them."""

from __future__ import annotations

from collections.abc import Mapping

from bowerbird.core.errors import UsageError

# Code of two letters (three where there is none), codes of three (bibliographic and terminological), names.
_TABLE = """
af afr|Afrikaans; am amh|Amharic|አማርኛ; ar ara|Arabic|العربية; az aze|Azerbaijani|Azərbaycanca; ba bak|Bashkir;
be bel|Belarusian|Беларуская; bg bul|Bulgarian|Български; bn ben|Bengali|বাংলা; br bre|Breton|Brezhoneg;
bs bos|Bosnian|Bosanski; ca cat|Catalan|Català; cs cze ces|Czech|Čeština; cy wel cym|Welsh|Cymraeg;
da dan|Danish|Dansk; de ger deu|German|Deutsch; el gre ell|Greek|Ελληνικά; en eng|English; eo epo|Esperanto;
es spa|Spanish|Español|Castellano; et est|Estonian|Eesti; eu baq eus|Basque|Euskara;
fa per fas|Persian|فارسی|Farsi; fi fin|Finnish|Suomi; fil|Filipino; fo fao|Faroese; fr fre fra|French|Français;
fy fry|Frisian; ga gle|Irish|Gaeilge; gd gla|Scottish Gaelic; gl glg|Galician|Galego; gu guj|Gujarati|ગુજરાતી;
ha hau|Hausa; he heb|Hebrew|עברית; hi hin|Hindi|हिन्दी; hr hrv|Croatian|Hrvatski; ht hat|Haitian;
hu hun|Hungarian|Magyar; hy arm hye|Armenian|Հայերեն; id ind|Indonesian|Bahasa Indonesia; ig ibo|Igbo;
is ice isl|Icelandic|Íslenska; it ita|Italian|Italiano; ja jpn|Japanese|日本語; jv jav|Javanese;
ka geo kat|Georgian|ქართული; kk kaz|Kazakh|Қазақша; km khm|Khmer|ខ្មែរ; kn kan|Kannada|ಕನ್ನಡ;
ko kor|Korean|한국어; ku kur|Kurdish|Kurdî; ky kir|Kyrgyz|Кыргызча; la lat|Latin|Latina;
lb ltz|Luxembourgish|Lëtzebuergesch; lo lao|Lao|ລາວ; lt lit|Lithuanian|Lietuvių; lv lav|Latvian|Latviešu;
mg mlg|Malagasy; mk mac mkd|Macedonian|Македонски; ml mal|Malayalam|മലയാളം; mn mon|Mongolian|Монгол;
mr mar|Marathi|मराठी; ms may msa|Malay|Bahasa Melayu; mt mlt|Maltese|Malti; my bur mya|Burmese|မြန်မာ;
nb nob|Norwegian Bokmål|Bokmål; ne nep|Nepali|नेपाली; nl dut nld|Dutch|Nederlands;
nn nno|Norwegian Nynorsk|Nynorsk; no nor|Norwegian|Norsk; oc oci|Occitan; or ori|Odia; pa pan|Punjabi|ਪੰਜਾਬੀ;
pl pol|Polish|Polski; ps pus|Pashto|پښتو; pt por|Portuguese|Português; qu que|Quechua;
ro rum ron|Romanian|Română; ru rus|Russian|Русский; rw kin|Kinyarwanda; sa san|Sanskrit; si sin|Sinhala|සිංහල;
sk slo slk|Slovak|Slovenčina; sl slv|Slovenian|Slovenščina; so som|Somali; sq alb sqi|Albanian|Shqip;
sr srp|Serbian|Српски; sv swe|Swedish|Svenska; sw swa|Swahili|Kiswahili; ta tam|Tamil|தமிழ்;
te tel|Telugu|తెలుగు; tg tgk|Tajik; th tha|Thai|ไทย; tk tuk|Turkmen; tl tgl|Tagalog; tr tur|Turkish|Türkçe;
tt tat|Tatar; ug uig|Uyghur; uk ukr|Ukrainian|Українська; ur urd|Urdu|اردو; uz uzb|Uzbek;
vi vie|Vietnamese|Tiếng Việt; xh xho|Xhosa; yi yid|Yiddish|ייִדיש; yo yor|Yoruba; yue|Cantonese|粵語;
zh chi zho|Chinese|中文|汉语|漢語|Mandarin; zu zul|Zulu
"""
_ROWS = [(row.split("|")[0].split(), row.split("|")[1:]) for row in " ".join(_TABLE.split("\n")).split(";")]
LANGUAGES: Mapping[str, tuple[str, ...]] = {codes[0]: tuple(name.strip() for name in names) for codes, names in _ROWS}
"""By the shortest code: the name in English, then other names."""
_CODES = {code: codes[0] for codes, _ in _ROWS for code in codes}
_NAMES = {name.casefold(): code for code, names in LANGUAGES.items() for name in names}
WITHIN: Mapping[str, tuple[str, ...]] = {"no": ("nb", "nn"), "fil": ("tl",), "tl": ("fil",), "zh": ("yue",)}
"""Languages that are part of another, or the same by another name."""


def name_of(code: str) -> str:
    """The name in English of a language by one of its codes, or the code itself if it is not known."""
    known = _CODES.get(code[:3].lower().strip("-_"))
    return LANGUAGES[known][0] if known else code


def languages(text: str) -> frozenset[str]:
    """The codes of languages by their names or codes, with commas between them.

    Raises:
        UsageError: there is no such language.
    """
    return frozenset(code for part in text.split(",") for code in _named(part.strip()))


def _named(text: str) -> tuple[str, ...]:
    code = _CODES.get(text.lower()) or _NAMES.get(text.casefold())
    if code is None:
        raise UsageError(f'Bowerbird knows no language called "{text}"; write lang:German or lang:de.')
    return (code, *WITHIN.get(code, ()))
