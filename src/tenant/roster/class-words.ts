import type { ClassId } from "./classes.ts";

/**
 * The names of classes in the game's clients, both genders, as they are written there: German, French,
 * Italian, Portuguese, Russian, Korean, simplified and traditional Chinese. Accents do not matter.
 */
export const CLIENT_CLASS_NAMES: Readonly<Partial<Record<ClassId, string>>> = {
  warrior:
    "Krieger Kriegerin Guerrier Guerrière Guerriero Guerriera Guerreiro Guerreira Воин 전사 战士 戰士",
  paladin: "Paladine Paladino Paladina Paladinerin Паладин 성기사 圣骑士 聖騎士",
  hunter:
    "Jäger Jägerin Chasseur Chasseresse Cacciatore Cacciatrice Caçador Caçadora Охотник Охотница 사냥꾼 猎人 獵人",
  rogue:
    "Schurke Schurkin Voleur Voleuse Ladro Ladra Ladino Ladina Разбойник Разбойница 도적 潜行者 盗贼 盜賊",
  priest: "Priester Priesterin Prêtre Prêtresse Sacerdotessa Жрец Жрица 사제 牧师 牧師",
  "death-knight":
    "Todesritter Todesritterin Chevalier_de_la_mort Cavaliere_della_Morte Cavaleiro_da_Morte " +
    "Cavaleira_da_Morte Рыцарь_смерти 죽음의_기사 死亡骑士 死亡騎士",
  shaman:
    "Schamane Schamanin Chaman Chamane Sciamano Sciamana Xamã Шаман Шаманка 주술사 萨满祭司 萨满 薩滿",
  mage: "Magier Magierin Маг 마법사 法师 法師",
  warlock:
    "Hexenmeister Hexenmeisterin Démoniste Stregone Strega Bruxo Bruxa Чернокнижник Чернокнижница 흑마법사 术士 術士",
  monk: "Mönch Mönchin Moine Moniale Monaco Monaca Monge Монах Монахиня 수도사 武僧",
  druid: "Druide Druidin Druidesse Druido Druidesa Друид 드루이드 德鲁伊 德魯伊",
  "demon-hunter":
    "Dämonenjäger Dämonenjägerin Chasseur_de_démons Chasseuse_de_démons Cacciatore_di_Demoni " +
    "Cacciatrice_di_Demoni Caçador_de_Demônios Caçadora_de_Demônios Охотник_на_демонов " +
    "Охотница_на_демонов 악마사냥꾼 恶魔猎手 惡魔獵人",
  evoker:
    "Rufer Ruferin Évocateur Évocatrice Evocatore Evocatrice Conjurante Пробудитель " +
    "Пробудительница 기원사 唤魔师 喚能師",
};
