/**
 * Whether a text is a unit of UCUM in its case-sensitive form, such as `mmol/L`, `10*3/uL`, `m[IU]/L` or `mg/kg{body}`.
 *
 * Source: the Unified Code for Units of Measure 2.1, section 2 (grammar) and its tables of prefixes and atoms.
 */
export function isUcum(code: string): boolean {
  if (code === "" || code.length > LENGTH_MAX || !/^[ -~]+$/.test(code)) return false;
  const known = verdicts.get(code);
  if (known !== undefined) return known;
  const verdict = new Reader(code).whole();
  if (verdicts.size < VERDICTS_MAX) verdicts.set(code, verdict);
  return verdict;
}

const LENGTH_MAX = 200;
/** Senders use few units; the memory of them is bounded all the same. */
const VERDICTS_MAX = 10_000;
const verdicts = new Map<string, boolean>();

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

const prefixes = words(`
  Y Z E P T G M k h da d c m u n p f a z y Ki Mi Gi Ti`);

/** Atoms that take a prefix. */
const metric = words(`
  m s g rad K C cd mol sr Hz N Pa J W A V F Ohm S Wb Cel T H lm lx Bq Gy Sv L l ar t bar u eV pc
  [c] [h] [k] [eps_0] [mu_0] [e] [m_e] [m_p] [G] gf [ly] Ky Gal dyn erg P Bi St Mx G Oe Gb sb Lmb ph Ci R RAD REM
  cal_[15] cal_[20] cal_m cal_IT cal_th cal m[H2O] m[Hg] tex [hp_Q] eq osm g% kat U [iU] [IU] Np B B[SPL] B[V] B[mV]
  B[uV] B[10.nV] B[W] B[kW] st mho bit By Bd st a_j a_g`);

const plain = words(`
  10* 10^ [pi] % [ppth] [ppm] [ppb] [pptr] gon deg ' '' min h d a_t a_j a_g a wk mo_s mo_j mo_g mo AU [g] atm [lbf_av]
  [in_i] [ft_i] [yd_i] [mi_i] [fth_i] [nmi_i] [kn_i] [sin_i] [sft_i] [syd_i] [cin_i] [cft_i] [cyd_i] [bf_i] [cr_i]
  [mil_i] [cml_i] [hd_i] [ft_us] [yd_us] [in_us] [rd_us] [ch_us] [lk_us] [rch_us] [rlk_us] [fth_us] [fur_us] [mi_us]
  [acr_us] [srd_us] [smi_us] [sct] [twp] [mil_us] [in_br] [ft_br] [rd_br] [ch_br] [lk_br] [fth_br] [pc_br] [yd_br]
  [mi_br] [nmi_br] [kn_br] [acr_br] [gal_us] [bbl_us] [qt_us] [pt_us] [gil_us] [foz_us] [fdr_us] [min_us] [crd_us]
  [bu_us] [gal_wi] [pk_us] [dqt_us] [dpt_us] [tbs_us] [tsp_us] [cup_us] [foz_m] [cup_m] [tsp_m] [tbs_m] [gal_br]
  [pk_br] [bu_br] [qt_br] [pt_br] [gil_br] [foz_br] [fdr_br] [min_br] [gr] [lb_av] [oz_av] [dr_av] [scwt_av] [lcwt_av]
  [ston_av] [lton_av] [stone_av] [pwt_tr] [oz_tr] [lb_tr] [sc_ap] [dr_ap] [oz_ap] [lb_ap] [oz_m] [lne] [pnt] [pca]
  [pnt_pr] [pca_pr] [pied] [pouce] [ligne] [didot] [cicero] [degF] [degR] [degRe] [Cal] [Btu_39] [Btu_59] [Btu_60] [Btu_m]
  [Btu_IT] [Btu_th] [Btu] [HP] [den] [in_i'H2O] [in_i'Hg] [PRU] [wood'U] [diop] [p'diop] %[slope] [mesh_i] [Ch] [drp]
  [hnsf'U] [MET] [hp'_X] [hp'_C] [hp'_M] [hp'_Q] [hp_X] [hp_C] [hp_M] [kp_X] [kp_C] [kp_M] [kp_Q] [pH] [S] [HPF] [LPF]
  [arb'U] [USP'U] [GPL'U] [MPL'U] [APL'U] [beth'U] [anti'Xa'U] [todd'U] [dye'U] [smgy'U] [bdsk'U] [ka'U] [knk'U]
  [mclg'U] [tb'U] [CCID_50] [TCID_50] [EID_50] [PFU] [FFU] [CFU] [IR] [BAU] [AU] [Amb'a'1'U] [PNU] [Lf] [D'ag'U] [FEU]
  [ELU] [EU] Ao b att [psi] circ sph [car_m] [car_Au] [smoot] [m/s2/Hz^0.5] bit_s`);

/** `term = ["/"] component { ("." | "/") component }`; a component may stand in brackets. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): boolean {
    return this.#term() && this.#at === this.#text.length;
  }

  #term(): boolean {
    this.#take("/");
    if (!this.#component()) return false;
    while (this.#take(".") || this.#take("/")) if (!this.#component()) return false;
    return true;
  }

  #component(): boolean {
    if (this.#take("(")) return this.#term() && this.#take(")") && (this.#annotation() || true);
    const unit = this.#simpleUnit();
    const annotation = this.#annotation();
    return unit || annotation;
  }

  /** A number, or an atom with or without prefix, and its exponent. */
  #simpleUnit(): boolean {
    const rest = this.#text.slice(this.#at);
    const special = /^10[*^](?:[+-]?\d+)?/.exec(rest);
    if (special) return this.#skip(special[0].length);
    const factor = /^\d+/.exec(rest);
    if (factor) return this.#skip(factor[0].length);
    const symbol = symbolPattern.exec(rest)?.[0] ?? "";
    // Digits at the end are the exponent; some atoms end in one themselves.
    const bare = symbol.replace(/[+-]?\d+$/, "");
    const isUnit = [symbol, bare].some((each) => isSymbol(each));
    return isUnit && this.#skip(symbol.length);
  }

  #annotation(): boolean {
    const match = /^\{[^{}]*\}/.exec(this.#text.slice(this.#at));
    return match !== null && this.#skip(match[0].length);
  }

  #take(mark: string): boolean {
    return this.#text[this.#at] === mark && this.#skip(1);
  }
  #skip(length: number): true {
    this.#at += length;
    return true;
  }
}

/** Up to the next operator; inside square brackets everything belongs to the atom. */
const symbolPattern = /^(?:\[[^[\]]*\]|[^\s./(){}[\]])+/;

function isSymbol(symbol: string): boolean {
  if (metric.has(symbol) || plain.has(symbol)) return true;
  return [1, 2].some((length) => {
    const rest = symbol.slice(length);
    return rest !== "" && prefixes.has(symbol.slice(0, length)) && metric.has(rest);
  });
}
