"""The currencies of ISO 4217 and their minor units.

Source: ISO 4217 list one (current currency and funds codes). Codes without a minor unit (gold, test codes, special
drawing rights) are left out: nothing can be invoiced in them.
"""

_CODES_BY_EXPONENT = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: (
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW "
        "CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF "
        "IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
        "MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP "
        "SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG "
        "YER ZAR ZMW ZWG"
    ),
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_EXPONENTS = {code: exponent for exponent, codes in _CODES_BY_EXPONENT.items() for code in codes.split()}

CURRENCIES = tuple(sorted(_EXPONENTS))


def exponent(currency: str) -> int:
    """Give the number of decimals of a currency's minor unit: 2 for USD, 0 for JPY, 3 for KWD.

    Raises ValueError for anything but a current ISO 4217 code in capitals.
    """
    try:
        return _EXPONENTS[currency]
    except KeyError:
        raise ValueError(f"{currency[:10]!r} is not a currency code of ISO 4217") from None
