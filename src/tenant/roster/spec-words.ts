/**
 * The names of specialisations in the game's clients, by the folded English name: German, French, Italian,
 * Portuguese, Russian, Korean, simplified and traditional Chinese. A name can mean one specialisation for one
 * class and another for a second class, such as "Dévastation". Accents do not matter.
 */
export const CLIENT_SPEC_NAMES: Readonly<Record<string, string>> = {
  arms: "Waffen Armes Armi Armas Оружие 무기 武器",
  fury: "Furor Fureur Furia Fúria Неистовство 분노 狂怒",
  protection: "Schutz Protezione Proteção Защита 방어 보호 防护 防護",
  holy: "Heilig Sacré Sacro Sagrado Свет 신성 神圣 神聖",
  retribution: "Vergeltung Vindicte Castigo Retribuição Воздаяние 징벌 惩戒 懲戒",
  beastmastery:
    "Tierherrschaft Maîtrise_des_bêtes Affinità_Animale Domínio_das_Feras Повелитель_зверей 야수 野兽控制 野獸控制",
  marksmanship: "Treffsicherheit Précision Precisione_di_Tiro Precisão Стрельба 사격 射击 射擊",
  survival: "Überleben Survie Sopravvivenza Sobrevivência Выживание 생존 生存",
  assassination: "Meucheln Assassinat Assassinio Assassinato Ликвидация 암살 奇袭 刺杀 刺殺",
  outlaw: "Gesetzlosigkeit Hors-la-loi Fuorilegge Fora_da_Lei Головорез 무법 狂徒 暴徒",
  combat: "Kampf Combattimento Combate Бой 전투 战斗 戰鬥",
  subtlety: "Täuschung Finesse Scaltrezza Subterfúgio Скрытность 잠행 敏锐 敏銳",
  discipline: "Disziplin Disciplina Послушание 수양 戒律",
  shadow: "Schatten Ombre Ombra Sombra Тьма 암흑 暗影",
  elemental: "Elementar Élémentaire Elementale Стихии 정기 元素",
  enhancement:
    "Verstärkung Amélioration Potenziamento Aperfeiçoamento Совершенствование 고양 增强 增強",
  restoration:
    "Wiederherstellung Restauration Rigenerazione Restauração Исцеление 복원 회복 恢复 恢復",
  arcane: "Arkan Arcanes Arcano Тайная_магия 비전 奥术 秘法",
  fire: "Feuer Feu Fuoco Fogo Огонь 화염 火焰",
  frost: "Givre Gelo Gélido Лед Лёд 냉기 冰霜",
  affliction: "Gebrechen Afflizione Suplício Колдовство 고통 痛苦",
  demonology: "Dämonologie Démonologie Demonologia Демонология 악마 恶魔学识 惡魔學識",
  destruction: "Zerstörung Distruzione Destruição Разрушение 파괴 毁灭 毀滅",
  balance: "Gleichgewicht Équilibre Equilibrio Equilíbrio Баланс 조화 平衡",
  feral: "Wildheit Farouche Aggressore_Ferino Сила_зверя 야성 野性",
  guardian: "Wächter Gardien Guardiano Guardião Страж 수호 守护 守護",
  blood: "Blut Sang Sangue Кровь 혈기 鲜血 血魄",
  unholy: "Unheilig Impie Empietà Profano Нечестивость 부정 邪恶 穢邪",
  brewmaster:
    "Braumeister Maître_brasseur Mastro_Birraio Mestre_Cervejeiro Хмелевар 양조 酒仙 釀酒",
  mistweaver: "Nebelwirker Tisse-brume Misticismo Tecelão_da_Névoa Ткач_туманов 운무 织雾 織霧",
  windwalker: "Windläufer Marche-vent Impeto Andarilho_do_Vento Танцующий_с_ветром 풍운 踏风 御風",
  havoc: "Verwüstung Dévastation Rovina Devastação Истребление 파멸 浩劫 災虐",
  vengeance: "Rachsucht Vendetta Vingança Месть 복수 复仇 復仇",
  devastation: "Verheerung Dévastation Devastazione Devastação Опустошитель 황폐 湮灭 破滅",
  preservation: "Bewahrung Préservation Preservazione Preservação Хранитель 보존 恩护 護存",
  augmentation: "Verstärkung Aumento Amplificação Насыщатель 증강 增辉",
};

/** The names of raid roles in the game's clients, in the same languages. */
export const CLIENT_ROLE_NAMES: Readonly<Record<"tank" | "healer" | "melee" | "ranged", string>> = {
  tank: "Schutz Difensore Танк 탱커 방어_담당 坦克",
  healer:
    "Heiler Heilerin Soigneur Soigneuse Guaritore Guaritrice Curador Лекарь 힐러 치유_담당 治疗 治療者 治療",
  melee: "Nahkampf Nahkämpfer Corps_à_corps Mischia Corpo_a_corpo Ближний_бой 근접 近战 近戰",
  ranged:
    "Fernkampf Fernkämpfer Distance À_distance Distanza À_distância Дальний_бой 원거리 远程 遠程",
};
